using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kube1.Controllers.CertificateSigningRequests;

/// <summary>A PKCS #10 request, read.</summary>
internal sealed record ParsedRequest(
    string Pem, string CommonName, IReadOnlyList<string> Organizations, IReadOnlyList<string> DnsNames,
    IReadOnlyList<IPAddress> Addresses, bool HasEmails, bool HasUris)
{
    private const string AlternativeNamesOid = "2.5.29.17";
    private const string CommonNameOid = "2.5.4.3";
    private const string OrganizationOid = "2.5.4.10";

    /// <summary>The end of a block is looked for in all that follows it, again for each block without one.</summary>
    private const int MaxBlocks = 64;

    /// <summary>Null when it cannot be read or its own signature is wrong.</summary>
    public static ParsedRequest? Parse(byte[] pem)
    {
        try
        {
            var text = Encoding.ASCII.GetString(pem);
            if (text.AsSpan().Count("-----BEGIN ") > MaxBlocks)
            {
                return null;
            }

            var request = CertificateRequest.LoadSigningRequestPem(
                text, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
            var commonName = "";
            var organizations = new List<string>();
            foreach (var part in request.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false))
            {
                ReadRelativeName(part, ref commonName, organizations);
            }

            var names = request.CertificateExtensions.FirstOrDefault(e => e.Oid?.Value == AlternativeNamesOid);
            if (names is null)
            {
                return new ParsedRequest(text, commonName, organizations, [], [], false, false);
            }

            var extension = new X509SubjectAlternativeNameExtension(names.RawData);
            var tags = Tags(names.RawData);
            return new ParsedRequest(
                text, commonName, organizations, [.. extension.EnumerateDnsNames()], [.. extension.EnumerateIPAddresses()],
                HasEmails: tags.Contains(1), HasUris: tags.Contains(6));
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or ArgumentException
            or InvalidOperationException or NotSupportedException)
        {
            return null;
        }
    }

    private static void ReadRelativeName(
        X500RelativeDistinguishedName part, ref string commonName, List<string> organizations)
    {
        // Go writes several organizations into one multi-valued name.
        var values = new AsnReader(part.RawData, AsnEncodingRules.DER).ReadSetOf(skipSortOrderValidation: true);
        while (values.HasData)
        {
            var value = values.ReadSequence();
            var type = value.ReadObjectIdentifier();
            if (type is CommonNameOid or OrganizationOid)
            {
                var text = value.ReadCharacterString((UniversalTagNumber)value.PeekTag().TagValue);
                if (type == CommonNameOid)
                {
                    commonName = text;
                }
                else
                {
                    organizations.Add(text);
                }
            }
        }
    }

    /// <summary>The kinds of alternative names there are (RFC 5280 §4.2.1.6): 1 for email, 6 for URIs.</summary>
    private static HashSet<int> Tags(byte[] names)
    {
        var sequence = new AsnReader(names, AsnEncodingRules.DER).ReadSequence();
        var tags = new HashSet<int>();
        while (sequence.HasData)
        {
            tags.Add(sequence.PeekTag().TagValue);
            sequence.ReadEncodedValue();
        }

        return tags;
    }
}
