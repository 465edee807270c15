using System.Text.RegularExpressions;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Auth.Impersonations;

/// <summary>What constrained impersonation demands of extra attributes.</summary>
internal static partial class ExtraRules
{
    private const string PathPattern = @"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+";

    /// <summary>What is wrong with them, in upstream's words; null when nothing is.</summary>
    public static string? Violation(IReadOnlyDictionary<string, IReadOnlyList<string>> extra)
    {
        foreach (var (key, values) in extra)
        {
            // Upper case cannot be: keys come from headers, in lower case.
            var violation = key.Length == 0
                ? "impersonating the empty string key in extra is not allowed"
                : KeyViolation(key) is { } invalid
                    ? "impersonating an invalid key in extra is not allowed: " + invalid
                    : values.Count == 0
                        ? "impersonating empty values in extra is not allowed"
                        : values.Contains("") ? "impersonating the empty string value in extra is not allowed" : null;
            if (violation is not null)
            {
                return violation;
            }
        }

        return null;
    }

    /// <summary>A key is "acme.io/foo" (k8s.io/apimachinery/pkg/util/validation IsDomainPrefixedPath).</summary>
    private static string? KeyViolation(string key)
    {
        var errors = new FieldErrorList();
        var path = FieldPath.Of("extra", "key");
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == key.Length - 1)
        {
            errors.Invalid(path, key, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        }
        else
        {
            foreach (var message in NameRules.IsDns1123Subdomain(key[..slash]))
            {
                errors.Invalid(path, key[..slash], message);
            }

            if (!HttpPath().IsMatch(key[(slash + 1)..]))
            {
                errors.Invalid(path, key[(slash + 1)..], $"Invalid path (regex used for validation is '{PathPattern}')");
            }
        }

        var texts = errors.Select(e => $"{e.Field}: {e.Body}").ToList();
        return texts.Count switch
        {
            0 => null,
            1 => texts[0],
            _ => "[" + string.Join(", ", texts) + "]",
        };
    }

    [GeneratedRegex(@"\A" + PathPattern + @"\z")]
    private static partial Regex HttpPath();
}
