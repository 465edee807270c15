using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.DynamicResources;

/// <summary>Names in this group: pools, attributes, shares; with upstream's words.</summary>
internal static class DeviceNames
{
    /// <summary>How long the domain of an attribute or a capacity may be.</summary>
    public const int MaxDomainBytes = 63;

    /// <summary>How long a name without its domain may be.</summary>
    public const int MaxIdBytes = 32;

    private const int MaxPoolBytes = 253;

    private const int MaxLabelNameBytes = 63;

    /// <summary>The name of a request, a device or a counter: a DNS label.</summary>
    public static void ValidateLabel(string name, FieldPath path, FieldErrorList errors) =>
        errors.AddMessages(path, name, NameRules.IsDns1123Label, evenEmpty: true);

    /// <summary>The name of a pool: DNS subdomains, joined by slashes.</summary>
    public static void ValidatePool(string name, FieldPath path, FieldErrorList errors)
    {
        if (name.Length == 0)
        {
            errors.Required(path);
            return;
        }

        if (name.Length > MaxPoolBytes)
        {
            errors.TooLong(path, MaxPoolBytes);
        }

        foreach (var part in name.Split('/'))
        {
            errors.AddMessages(path, part, NameRules.IsDns1123Subdomain, evenEmpty: true);
        }
    }

    /// <summary>The name of an attribute or a capacity: an identifier, with the domain of its owner or without.</summary>
    public static void ValidateQualified(string name, FieldPath path, FieldErrorList errors)
    {
        var parts = name.Split('/');
        if (parts.Length == 1)
        {
            ValidateIdentifier(name, path, errors);
        }
        else if (parts.Length == 2)
        {
            if (parts[0].Length == 0)
            {
                errors.Invalid(path, "", "the domain must not be empty");
            }
            else
            {
                ValidateDomain(parts[0], path, errors);
            }

            if (parts[1].Length == 0)
            {
                errors.Invalid(path, "", "the name must not be empty");
            }
            else
            {
                ValidateIdentifier(parts[1], path, errors);
            }
        }
    }

    /// <summary>The same, with a domain for certain.</summary>
    public static void ValidateFullyQualified(string name, FieldPath path, FieldErrorList errors)
    {
        ValidateQualified(name, path, errors);
        if (!name.Contains('/', StringComparison.Ordinal))
        {
            errors.Invalid(path, name, "a fully qualified name must be a domain and a name separated by a slash");
        }
    }

    /// <summary>A UUID in its usual form, lower case.</summary>
    public static void ValidateUuid(string uid, FieldPath path, FieldErrorList errors)
    {
        if (!Guid.TryParse(uid, out var parsed))
        {
            errors.Invalid(path, uid, "error validating uid: invalid UUID format");
        }
        else if (parsed.ToString() != uid)
        {
            errors.Invalid(
                path, uid,
                "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal "
                + "characters");
        }
    }

    private static void ValidateIdentifier(string name, FieldPath path, FieldErrorList errors)
    {
        if (name.Length > MaxIdBytes)
        {
            errors.TooLong(path, MaxIdBytes);
        }

        errors.AddMessages(path, name, NameRules.IsCIdentifier, evenEmpty: true);
    }

    private static void ValidateDomain(string name, FieldPath path, FieldErrorList errors)
    {
        if (name.Length > MaxLabelNameBytes)
        {
            errors.TooLong(path, MaxLabelNameBytes);
        }

        errors.AddMessages(path, name, NameRules.IsDns1123Subdomain);
    }
}
