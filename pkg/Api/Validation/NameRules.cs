using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Kube1.Api.Validation;

/// <summary>
/// A rule for names. <paramref name="prefix"/>: the text is a generateName, to which a random suffix will be added. What
/// comes back is what is wrong, in upstream's words; nothing when all is well.
/// </summary>
public delegate IReadOnlyList<string> NameRule(string name, bool prefix);

/// <summary>
/// What names, labels, keys and ports may look like, in upstream's words (k8s.io/apimachinery/pkg/util/validation). Each
/// rule returns what is wrong: nothing when all is well.
/// </summary>
public static class NameRules
{
    private const int MaxLabelBytes = 63;
    private const int MaxSubdomainBytes = 253;
    private const int MaxPortNameBytes = 15;
    private const string QualifiedNameFormat = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private const string LabelFormat = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string SubdomainFormat = LabelFormat + "(\\." + LabelFormat + ")*";
    private const string Empty = "must be non-empty";

    private const string SubdomainText =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
        + "and end with an alphanumeric character";

    private const string UnderscoredFormat = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
    private const string SubdomainWithUnderscoreFormat = UnderscoredFormat + "(\\." + UnderscoredFormat + ")*";

    private const string SubdomainWithUnderscoreText =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must "
        + "start and end with an alphanumeric character";

    private const string LabelText =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
        + "with an alphanumeric character";

    private const string QualifiedNameText =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

    private static readonly SearchValues<char> PortNameLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Names of most kinds: a DNS subdomain.</summary>
    public static NameRule Subdomain { get; } = (name, prefix) => IsDns1123Subdomain(Mask(name, prefix));

    /// <summary>Names of namespaces: a DNS label.</summary>
    public static NameRule Label { get; } = (name, prefix) => IsDns1123Label(Mask(name, prefix));

    /// <summary>Names of Services: a DNS-1035 label.</summary>
    public static NameRule Dns1035Label { get; } = (name, prefix) => IsDns1035Label(Mask(name, prefix));

    /// <summary>Names of RBAC kinds: whatever may stand in a path.</summary>
    public static NameRule PathSegment { get; } =
        (name, prefix) => prefix ? IsPathSegmentPrefix(name) : IsPathSegmentName(name);

    /// <summary>[a-z0-9]([-a-z0-9]*[a-z0-9])?, 63 bytes.</summary>
    public static IReadOnlyList<string> IsDns1123Label(string value)
    {
        if (value.Length <= MaxLabelBytes && NameSyntax.IsLabel(value, allowLeadingDigit: true))
        {
            return [];
        }

        var errors = new List<string>();
        AddIfLonger(errors, value, MaxLabelBytes);
        if (!NameSyntax.IsLabel(value, allowLeadingDigit: true))
        {
            errors.Add(NameSyntax.IsSubdomain(value)
                ? "must not contain dots"
                : Pattern(LabelText, LabelFormat, "my-name", "123-abc"));
        }

        return errors;
    }

    /// <summary>DNS labels joined by dots, 253 bytes.</summary>
    public static IReadOnlyList<string> IsDns1123Subdomain(string value)
    {
        if (value.Length <= MaxSubdomainBytes && NameSyntax.IsSubdomain(value))
        {
            return [];
        }

        var errors = new List<string>();
        AddIfLonger(errors, value, MaxSubdomainBytes);
        if (!NameSyntax.IsSubdomain(value))
        {
            errors.Add(Pattern(SubdomainText, SubdomainFormat, "example.com"));
        }

        return errors;
    }

    /// <summary>The same with underscores, as search paths of resolvers have them (KEP-4427).</summary>
    public static IReadOnlyList<string> IsDns1123SubdomainWithUnderscore(string value)
    {
        var errors = new List<string>();
        AddIfLonger(errors, value, MaxSubdomainBytes);
        if (!NameSyntax.IsUnderscoredSubdomain(value))
        {
            errors.Add(Pattern(SubdomainWithUnderscoreText, SubdomainWithUnderscoreFormat, "example.com"));
        }

        return errors;
    }

    /// <summary>[a-z]([-a-z0-9]*[a-z0-9])?, 63 bytes.</summary>
    public static IReadOnlyList<string> IsDns1035Label(string value)
    {
        var errors = new List<string>();
        AddIfLonger(errors, value, MaxLabelBytes);
        if (!NameSyntax.IsLabel(value, allowLeadingDigit: false))
        {
            errors.Add(Pattern(
                "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
                + "character, and end with an alphanumeric character",
                "[a-z]([-a-z0-9]*[a-z0-9])?", "my-name", "abc-123"));
        }

        return errors;
    }

    /// <summary>"*." and a subdomain: hosts of an Ingress.</summary>
    public static IReadOnlyList<string> IsWildcardDns1123Subdomain(string value)
    {
        var errors = new List<string>();
        AddIfLonger(errors, value, MaxSubdomainBytes);
        if (!value.StartsWith("*.", StringComparison.Ordinal) || !NameSyntax.IsSubdomain(value.AsSpan(2)))
        {
            errors.Add(Pattern(
                "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must "
                + "consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
                "\\*\\." + SubdomainFormat, "*.example.com"));
        }

        return errors;
    }

    /// <summary>Keys of labels and annotations, names of resources and finalizers: "example.com/MyName".</summary>
    public static IReadOnlyList<string> IsQualifiedName(string value)
    {
        var name = value.AsSpan();
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 && name.Length is > 0 and <= MaxLabelBytes && NameSyntax.IsNamePart(name))
        {
            return [];
        }

        if (slash >= 0 && value.IndexOf('/', slash + 1) >= 0)
        {
            return ["a valid qualified name " + QualifiedNamePattern()
                + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        }

        var errors = new List<string>();
        if (slash == 0)
        {
            errors.Add("prefix part " + Empty);
        }
        else if (slash > 0)
        {
            errors.AddRange(IsDns1123Subdomain(value[..slash]).Select(message => "prefix part " + message));
        }

        name = name[(slash + 1)..];
        if (name.Length == 0)
        {
            errors.Add("name part " + Empty);
        }
        else if (System.Text.Encoding.UTF8.GetByteCount(name) > MaxLabelBytes)
        {
            errors.Add("name part " + TooLong(MaxLabelBytes));
        }

        if (!NameSyntax.IsNamePart(name))
        {
            errors.Add("name part " + QualifiedNamePattern());
        }

        return errors;
    }

    /// <summary>Values of labels.</summary>
    public static IReadOnlyList<string> IsLabelValue(string value)
    {
        if (value.Length == 0 || (value.Length <= MaxLabelBytes && NameSyntax.IsNamePart(value)))
        {
            return [];
        }

        var errors = new List<string>();
        AddIfLonger(errors, value, MaxLabelBytes);
        if (!NameSyntax.IsNamePart(value))
        {
            errors.Add(Pattern(
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
                + "start and end with an alphanumeric character",
                "(" + QualifiedNameFormat + ")?", "MyValue", "my_value", "12345"));
        }

        return errors;
    }

    /// <summary>A name that may stand in a URL path as one segment.</summary>
    public static IReadOnlyList<string> IsPathSegmentName(string name) =>
        name is "." or ".." ? [$"may not be '{name}'"] : IsPathSegmentPrefix(name);

    /// <summary>The beginning of such a name.</summary>
    public static IReadOnlyList<string> IsPathSegmentPrefix(string name)
    {
        var errors = new List<string>();
        foreach (var illegal in (ReadOnlySpan<char>)['/', '%'])
        {
            if (name.Contains(illegal, StringComparison.Ordinal))
            {
                errors.Add($"may not contain '{illegal}'");
            }
        }

        return errors;
    }

    /// <summary>Keys of ConfigMaps and Secrets.</summary>
    public static IReadOnlyList<string> IsConfigMapKey(string value)
    {
        var isSound = value.Length > 0;
        foreach (var letter in value)
        {
            isSound &= NameSyntax.IsNameLetter(letter);
        }

        if (isSound && value.Length <= MaxSubdomainBytes && value[0] != '.')
        {
            return [];
        }

        var errors = new List<string>();
        AddIfLonger(errors, value, MaxSubdomainBytes);
        if (!isSound)
        {
            errors.Add(Pattern(
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                "[-._a-zA-Z0-9]+", "key.name", "KEY_NAME", "key-name"));
        }

        AddDirectoryTraversal(errors, value);
        return errors;
    }

    /// <summary>Names of environment variables: printable ASCII without '=' (KEP-4369).</summary>
    public static IReadOnlyList<string> IsEnvironmentVariableName(string value) =>
        value.Length == 0 ? ["environment variable name " + Empty]
        : value.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0 || value.Contains('=', StringComparison.Ordinal)
            ? ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
        : [];

    /// <summary>[A-Za-z_][A-Za-z0-9_]*</summary>
    public static IReadOnlyList<string> IsCIdentifier(string value) =>
        value.Length > 0 && !char.IsAsciiDigit(value[0]) && value.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? []
            : [Pattern(
                "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric "
                + "characters or '_'",
                "[A-Za-z_][A-Za-z0-9_]*", "my_name", "MY_NAME", "MyName")];

    /// <summary>Names of HTTP headers.</summary>
    public static IReadOnlyList<string> IsHttpHeaderName(string value) =>
        value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? []
            : [Pattern(
                "a valid HTTP header must consist of alphanumeric characters or '-'", "[-A-Za-z0-9]+", "X-Header-Name")];

    /// <summary>"25%"</summary>
    public static IReadOnlyList<string> IsPercent(string value) =>
        value.Length > 1 && value[^1] == '%' && value.AsSpan(0, value.Length - 1).IndexOfAnyExceptInRange('0', '9') < 0
            ? []
            : [Pattern(
                "a valid percent string must be a numeric string followed by an ending '%'", "[0-9]+%", "1%", "93%")];

    /// <summary>1 to 65535.</summary>
    public static IReadOnlyList<string> IsPortNumber(int port) =>
        port is >= 1 and <= 65535 ? [] : [InclusiveRange(1, 65535)];

    /// <summary>Names of container and service ports: IANA service names.</summary>
    public static IReadOnlyList<string> IsPortName(string value)
    {
        var errors = new List<string>();
        AddIfLonger(errors, value, MaxPortNameBytes);
        if (value.Length == 0 || value.AsSpan().ContainsAnyExcept(PortNameLetters))
        {
            errors.Add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        }

        if (!value.AsSpan().ContainsAnyInRange('a', 'z'))
        {
            errors.Add("must contain at least one letter (a-z)");
        }

        if (value.Contains("--", StringComparison.Ordinal))
        {
            errors.Add("must not contain consecutive hyphens");
        }

        if (value.StartsWith('-') || value.EndsWith('-'))
        {
            errors.Add("must not begin or end with a hyphen");
        }

        return errors;
    }

    /// <summary>Reads an address strictly: .NET alone would also take "1" and "0x7f.1".</summary>
    public static bool TryParseIPAddress(string value, out IPAddress address)
    {
        address = IPAddress.None;
        if (!IPAddress.TryParse(value, out var parsed) || value.Contains('%', StringComparison.Ordinal)
            || value.Contains('[', StringComparison.Ordinal))
        {
            return false;
        }

        if (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != value)
        {
            return false;
        }

        address = parsed;
        return true;
    }

    /// <summary>"must be between 1 and 65535, inclusive"</summary>
    public static string InclusiveRange(int low, int high) => $"must be between {low} and {high}, inclusive";

    /// <summary>"must be no more than 63 characters"</summary>
    public static string TooLong(int max) => $"must be no more than {max} characters";

    private static string QualifiedNamePattern() =>
        Pattern(QualifiedNameText, QualifiedNameFormat, "MyName", "my.name", "123-abc");

    // The odd blanks are upstream's.
    private static string Pattern(string message, string format, params ReadOnlySpan<string> examples)
    {
        var text = message + " (e.g. ";
        for (var i = 0; i < examples.Length; i++)
        {
            text += (i > 0 ? " or " : "") + "'" + examples[i] + "', ";
        }

        return text + "regex used for validation is '" + format + "')";
    }

    private static void AddIfLonger(List<string> errors, string value, int maxBytes)
    {
        if (value.Length > maxBytes || System.Text.Encoding.UTF8.GetByteCount(value) > maxBytes)
        {
            errors.Add(TooLong(maxBytes));
        }
    }

    private static void AddDirectoryTraversal(List<string> errors, string value)
    {
        if (value is "." or "..")
        {
            errors.Add($"must not be '{value}'");
        }
        else if (value.StartsWith("..", StringComparison.Ordinal))
        {
            errors.Add("must not start with '..'");
        }
    }

    // A generateName usually ends in a dash, which the random suffix makes valid.
    private static string Mask(string name, bool prefix) =>
        prefix && name.Length > 1 && name[^1] == '-' ? string.Concat(name.AsSpan(0, name.Length - 2), "a") : name;
}
