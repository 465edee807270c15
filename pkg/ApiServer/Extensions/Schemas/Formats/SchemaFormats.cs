using System.Collections.Frozen;
using System.Text;
using Kube1.Api.Patterns;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Extensions.Schemas.Formats;

/// <summary>
/// The formats of texts that Kubernetes v1.36 checks; names are compared without dashes. Which there are:
/// k8s.io/apiextensions-apiserver/pkg/apiserver/validation/formats.go; what they take: kube-openapi/pkg/validation/strfmt.
/// </summary>
internal static class SchemaFormats
{
    private const int MaxHostnameBytes = 255;
    private const int MaxLabelBytes = 63;
    private const int MaxLongNameBytes = 253;

    // https://www.rfc-editor.org/rfc/rfc1034#section-3.1, but names may begin with digits and have letters of any script.
    private static readonly Lazy<Re2Pattern> Hostname = new(() => Re2Pattern.Compile(
        @"^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9-\p{S}\p{L}]{0,61}"
        + @"[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$"));

    private static readonly Lazy<Re2Pattern> RgbColor = new(() => Re2Pattern.Compile(
        @"^rgb\(\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*"
        + @"(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*\)$"));

    private static readonly FrozenDictionary<string, Func<string, bool>> Known = new Dictionary<string, Func<string, bool>>
    {
        ["bsonobjectid"] = text => text.Length == 24 && IsHex(text),
        ["uri"] = RequestUri.IsValid,
        ["email"] = MailAddressText.IsValid,
        ["hostname"] = IsHostname,
        ["ipv4"] = AddressText.IsIPv4,
        ["ipv6"] = AddressText.IsIPv6,
        ["cidr"] = AddressText.IsCidr,
        ["mac"] = AddressText.IsMac,
        ["uuid"] = text => TextFormats.IsUuid(text, ""),
        ["uuid3"] = text => TextFormats.IsUuid(text, "3"),
        ["uuid4"] = text => TextFormats.IsUuid(text, "4"),
        ["uuid5"] = text => TextFormats.IsUuid(text, "5"),
        ["isbn"] = text => NumberText.IsIsbn10(text) || NumberText.IsIsbn13(text),
        ["isbn10"] = NumberText.IsIsbn10,
        ["isbn13"] = NumberText.IsIsbn13,
        ["creditcard"] = NumberText.IsCreditCard,
        ["ssn"] = IsSocialSecurityNumber,
        ["hexcolor"] = IsHexColor,
        ["rgbcolor"] = text => RgbColor.Value.IsMatch(text),
        ["byte"] = TextFormats.IsBase64,
        ["password"] = _ => true,
        ["date"] = TextFormats.IsDate,
        ["duration"] = DurationText.IsValid,
        ["datetime"] = TextFormats.IsDateTime,
        ["k8sshortname"] = text => text.Length <= MaxLabelBytes && NameRules.IsDns1123Label(text).Count == 0,
        ["k8slongname"] = text => text.Length <= MaxLongNameBytes && NameRules.IsDns1123Subdomain(text).Count == 0,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The check of a format; null for one that is not known, which no value fails.</summary>
    public static Func<string, bool>? Find(string format) =>
        format.Length == 0 ? null : Known.GetValueOrDefault(format.Replace("-", "", StringComparison.Ordinal));

    /// <summary>Whether Kubernetes knows the format for values of a type; it warns of others and does not check them.</summary>
    public static bool IsKnown(string format, string type) => type switch
    {
        "" or "string" => Find(format) is not null,
        "integer" => format is "int32" or "int64",
        "number" => format is "float" or "double",
        _ => false,
    };

    private static bool IsHex(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiHexDigit(letter))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsHostname(string text)
    {
        if (!Hostname.Value.IsMatch(text) || Encoding.UTF8.GetByteCount(text) > MaxHostnameBytes)
        {
            return false;
        }

        foreach (var label in text.AsSpan().Split('.'))
        {
            if (Encoding.UTF8.GetByteCount(text.AsSpan()[label]) > MaxLabelBytes)
            {
                return false;
            }
        }

        return true;
    }

    // 3-2-4 digits with a dash or blank between, which upstream's length check makes obligatory.
    private static bool IsSocialSecurityNumber(string text)
    {
        if (text.Length != 11)
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (i is 3 or 6 ? text[i] is not ('-' or ' ') : !char.IsAsciiDigit(text[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsHexColor(string text)
    {
        var digits = text.AsSpan(text.StartsWith('#') ? 1 : 0);
        return digits.Length is 3 or 6 && IsHex(digits);
    }
}
