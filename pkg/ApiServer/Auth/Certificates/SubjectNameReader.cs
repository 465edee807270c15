using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Kube1.ApiServer.Auth.Certificates;

/// <summary>What a certificate's subject says of a user; the last common name counts.</summary>
internal sealed record CertificateSubject(string CommonName, IReadOnlyList<string> Organizations, IReadOnlyList<string> Uids);

/// <summary>
/// The user that a certificate's subject names. Go writes several organizations into one multi-valued relative name,
/// which X500DistinguishedName cannot enumerate, so the DER is read here (RFC 5280 §4.1.2.4).
/// </summary>
internal static class SubjectNameReader
{
    private const string CommonNameOid = "2.5.4.3";
    private const string OrganizationOid = "2.5.4.10";

    /// <summary>Upstream's attribute for a user's uid (KEP-4412).</summary>
    private const string UidOid = "1.3.6.1.4.1.57683.2";

    /// <summary>Reads a subject. Throws AsnContentException on bad DER and on values that are no text.</summary>
    public static CertificateSubject Read(X500DistinguishedName subject)
    {
        var commonName = "";
        List<string> organizations = [], uids = [];
        var name = new AsnReader(subject.RawData, AsnEncodingRules.DER).ReadSequence();
        while (name.HasData)
        {
            // Not every issuer sorts the set as DER demands; the order says nothing here.
            var relative = name.ReadSetOf(skipSortOrderValidation: true);
            while (relative.HasData)
            {
                var attribute = relative.ReadSequence();
                switch (attribute.ReadObjectIdentifier())
                {
                    case CommonNameOid:
                        commonName = ReadText(attribute);
                        break;
                    case OrganizationOid:
                        organizations.Add(ReadText(attribute));
                        break;
                    case UidOid:
                        uids.Add(ReadText(attribute));
                        break;
                    default:
                        break;
                }
            }
        }

        return new CertificateSubject(commonName, organizations, uids);
    }

    private static string ReadText(AsnReader reader)
    {
        try
        {
            return reader.ReadCharacterString((UniversalTagNumber)reader.PeekTag().TagValue);
        }
        catch (ArgumentException e)
        {
            throw new AsnContentException("a name's value is no text", e);
        }
    }
}
