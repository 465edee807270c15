using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kube1.Cluster.Pki;

/// <summary>
/// What of a request's names goes into its certificate: the attributes and alternative names that upstream's signer
/// (Go's crypto/x509) knows, written anew. An attribute that means something to us alone, such as a user's uid, does not.
/// </summary>
internal static class RequestedNames
{
    private const string AlternativeNamesOid = "2.5.29.17";

    /// <summary>C, O, OU, L, ST, street, postal code, CN, serial number: the order in which Go writes them.</summary>
    private static readonly string[] KnownAttributes =
        ["2.5.4.6", "2.5.4.10", "2.5.4.11", "2.5.4.7", "2.5.4.8", "2.5.4.9", "2.5.4.17", CommonNameOid, SerialNumberOid];

    private const string CommonNameOid = "2.5.4.3";
    private const string SerialNumberOid = "2.5.4.5";

    /// <summary>The subject. Throws <see cref="CryptographicException"/> when it cannot be read.</summary>
    public static X500DistinguishedName Subject(X500DistinguishedName asked)
    {
        try
        {
            return Write(Read(asked));
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException)
        {
            throw new CryptographicException("the request's subject cannot be read", e);
        }
    }

    /// <summary>The DNS names, addresses, email addresses and URIs; null when there are none.</summary>
    public static X509Extension? AlternativeNames(CertificateRequest asked, bool critical)
    {
        if (asked.CertificateExtensions.FirstOrDefault(e => e.Oid?.Value == AlternativeNamesOid) is not { } names)
        {
            return null;
        }

        try
        {
            var writer = new AsnWriter(AsnEncodingRules.DER);
            var count = 0;
            using (writer.PushSequence())
            {
                var sequence = new AsnReader(names.RawData, AsnEncodingRules.DER).ReadSequence();
                while (sequence.HasData)
                {
                    var tag = sequence.PeekTag();
                    var value = sequence.ReadEncodedValue();
                    if (tag.TagClass == TagClass.ContextSpecific && tag.TagValue is 1 or 2 or 6 or 7)
                    {
                        writer.WriteEncodedValue(value.Span);
                        count++;
                    }
                }
            }

            return count == 0 ? null : new X509Extension(AlternativeNamesOid, writer.Encode(), critical);
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("the request's alternative names cannot be read", e);
        }
    }

    /// <summary>The values of each known attribute; of the last two only the last counts.</summary>
    private static Dictionary<string, List<string>> Read(X500DistinguishedName asked)
    {
        var found = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var name = new AsnReader(asked.RawData, AsnEncodingRules.DER).ReadSequence();
        while (name.HasData)
        {
            var relative = name.ReadSetOf(skipSortOrderValidation: true);
            while (relative.HasData)
            {
                var attribute = relative.ReadSequence();
                var type = attribute.ReadObjectIdentifier();
                if (!KnownAttributes.Contains(type))
                {
                    continue;
                }

                var values = found.TryGetValue(type, out var known) ? known : found[type] = [];
                if (type is CommonNameOid or SerialNumberOid)
                {
                    values.Clear();
                }

                values.Add(attribute.ReadCharacterString((UniversalTagNumber)attribute.PeekTag().TagValue));
            }
        }

        return found;
    }

    private static X500DistinguishedName Write(Dictionary<string, List<string>> attributes)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var type in KnownAttributes.Where(attributes.ContainsKey))
            {
                using var set = writer.PushSetOf();
                foreach (var value in attributes[type])
                {
                    using var attribute = writer.PushSequence();
                    writer.WriteObjectIdentifier(type);
                    writer.WriteCharacterString(
                        value.All(IsPrintable) ? UniversalTagNumber.PrintableString : UniversalTagNumber.UTF8String, value);
                }
            }
        }

        return new X500DistinguishedName(writer.Encode());
    }

    private static bool IsPrintable(char c) => char.IsAsciiLetterOrDigit(c) || " '()+,-./:=?".Contains(c, StringComparison.Ordinal);
}
