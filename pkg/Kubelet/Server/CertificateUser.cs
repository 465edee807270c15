using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Kube1.Kubelet.Server;

/// <summary>
/// User and groups of a client certificate: common name and organizations. Read by hand because Go writes several
/// organizations into one relative distinguished name, which .NET's reader refuses.
/// </summary>
internal static class CertificateUser
{
    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";

    /// <summary>Null when the certificate is not signed by one of the CAs for client authentication.</summary>
    public static (string Name, List<string> Groups)? Of(
        X509Certificate2 certificate, X509Certificate2Collection cas, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(cas);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.2"));
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        if (!chain.Build(certificate))
        {
            return null;
        }

        var name = "";
        var groups = new List<string>();
        var names = new AsnReader(certificate.SubjectName.RawData, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            var set = names.ReadSetOf(skipSortOrderValidation: true);
            while (set.HasData)
            {
                var pair = set.ReadSequence();
                var kind = pair.ReadObjectIdentifier();
                var tag = pair.PeekTag();
                if (kind is CommonName or Organization && tag.TagClass == TagClass.Universal)
                {
                    var value = pair.ReadCharacterString((UniversalTagNumber)tag.TagValue);
                    name = kind == CommonName ? value : name;
                    if (kind == Organization)
                    {
                        groups.Add(value);
                    }
                }
            }
        }

        return (name, groups);
    }
}
