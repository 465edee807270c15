using System.Collections.Frozen;
using Kube1.Api.Validation;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>A format with its check, and the length of its pattern, or of one like it, for the cost.</summary>
internal sealed class NamedFormat(string name, int patternLength, Func<string, IReadOnlyList<string>> validate) : CelObject
{
    private const int UuidPattern = 70;
    private const int DateTimePattern = 71;

    public static FrozenDictionary<string, NamedFormat> All { get; } = new Dictionary<string, NamedFormat>
    {
        ["dns1123Label"] = new("DNS1123Label", 30, text => NameRules.Label(text, prefix: false)),
        ["dns1123Subdomain"] = new("DNS1123Subdomain", 60, text => NameRules.Subdomain(text, prefix: false)),
        ["dns1035Label"] = new("DNS1035Label", 30, text => NameRules.Dns1035Label(text, prefix: false)),
        ["qualifiedName"] = new("QualifiedName", 60, NameRules.IsQualifiedName),
        ["dns1123LabelPrefix"] = new("DNS1123LabelPrefix", 30, text => NameRules.Label(text, prefix: true)),
        ["dns1123SubdomainPrefix"] = new("DNS1123SubdomainPrefix", 60, text => NameRules.Subdomain(text, prefix: true)),
        ["dns1035LabelPrefix"] = new("DNS1035LabelPrefix", 30, text => NameRules.Dns1035Label(text, prefix: true)),
        ["labelValue"] = new("LabelValue", 40, NameRules.IsLabelValue),
        ["uri"] = new("URI", 1103, text => GoUrl.ParseRequest(text, out var error) is null ? [error!] : []),
        ["uuid"] = Known("uuid", UuidPattern, text => TextFormats.IsUuid(text), "does not match the UUID format"),
        ["byte"] = Known("byte", 84, TextFormats.IsBase64, "invalid base64"),
        ["date"] = Known("date", DateTimePattern, TextFormats.IsDate, "invalid date"),
        ["datetime"] = Known("datetime", DateTimePattern, TextFormats.IsDateTime, "invalid datetime"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public override CelType Type => FormatLibrary.Type;

    public int PatternLength { get; } = patternLength;

    private string Name { get; } = name;

    /// <summary>What is wrong with a text, in upstream's words; nothing if it has the format.</summary>
    public IReadOnlyList<string> Validate(string text) => validate(text);

    public override bool EqualTo(CelObject other) => other is NamedFormat format && format.Name == Name;

    public override int GetValueHash() => Name.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Name;

    private static NamedFormat Known(string name, int patternLength, Func<string, bool> isValid, string error) =>
        new(name, patternLength, text => isValid(text) ? [] : [error]);
}
