using System.Buffers;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry;

/// <summary>
/// Names that begin with a domain, so that they clash with nobody else's: controllers, webhooks, signers.
/// Words and order are those of k8s.io/apimachinery/pkg/util/validation.
/// </summary>
internal static class DomainRules
{
    private const string Example = "must be a domain-prefixed path (such as \"acme.io/foo\")";

    private const int MinDomainSegments = 3;

    private static readonly SearchValues<char> PathLetters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-._~%!$&'()*+,;=:");

    /// <summary>"acme.io/foo": a domain, a slash and what may stand in a URL's path.</summary>
    public static void PrefixedPath(string value, FieldPath path, FieldErrorList errors)
    {
        if (value.Length == 0)
        {
            errors.Required(path);
            return;
        }

        var slash = value.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == value.Length - 1)
        {
            errors.Invalid(path, value, Example);
            return;
        }

        errors.AddMessages(path, value[..slash], NameRules.IsDns1123Subdomain);
        if (value.AsSpan(slash + 1).ContainsAnyExcept(PathLetters))
        {
            errors.Invalid(
                path, value[(slash + 1)..],
                "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')");
        }
    }

    /// <summary>"hook.acme.io": a domain of three parts or more.</summary>
    public static void FullyQualifiedName(string value, FieldPath path, FieldErrorList errors)
    {
        if (value.Length == 0)
        {
            errors.Required(path);
            return;
        }

        var messages = NameRules.IsDns1123Subdomain(value);
        if (messages.Count > 0)
        {
            errors.Invalid(path, value, string.Join(',', messages));
        }
        else if (value.Split('.').Length < MinDomainSegments)
        {
            errors.Invalid(path, value, "should be a domain with at least three segments separated by dots");
        }
    }

    /// <summary>"www.example.com" or "www.example.com.": a domain of two parts or more.</summary>
    public static void FullyQualifiedDomainName(string value, FieldPath path, FieldErrorList errors)
    {
        if (value.Length == 0)
        {
            errors.Required(path);
            return;
        }

        var name = value.EndsWith('.') ? value[..^1] : value;
        var messages = NameRules.IsDns1123Subdomain(name);
        if (messages.Count > 0)
        {
            errors.Invalid(path, name, string.Join(',', messages));
            return;
        }

        var labels = name.Split('.');
        if (labels.Length < MinDomainSegments - 1)
        {
            errors.Invalid(path, name, "should be a domain with at least two segments separated by dots");
            return;
        }

        foreach (var label in labels)
        {
            if (NameRules.IsDns1123Label(label) is { Count: > 0 } wrong)
            {
                errors.Invalid(path, label, string.Join(',', wrong));
                return;
            }
        }
    }
}
