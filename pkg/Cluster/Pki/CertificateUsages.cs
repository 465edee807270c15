using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kube1.Cluster.Pki;

/// <summary>The usages of the certificates API as extensions of a certificate (RFC 5280 §4.2.1.3 and §4.2.1.12).</summary>
internal static class CertificateUsages
{
    private static readonly Dictionary<string, X509KeyUsageFlags> KeyUsages = new(StringComparer.Ordinal)
    {
        ["signing"] = X509KeyUsageFlags.DigitalSignature,
        ["digital signature"] = X509KeyUsageFlags.DigitalSignature,
        ["content commitment"] = X509KeyUsageFlags.NonRepudiation,
        ["key encipherment"] = X509KeyUsageFlags.KeyEncipherment,
        ["key agreement"] = X509KeyUsageFlags.KeyAgreement,
        ["data encipherment"] = X509KeyUsageFlags.DataEncipherment,
        ["cert sign"] = X509KeyUsageFlags.KeyCertSign,
        ["crl sign"] = X509KeyUsageFlags.CrlSign,
        ["encipher only"] = X509KeyUsageFlags.EncipherOnly,
        ["decipher only"] = X509KeyUsageFlags.DecipherOnly,
    };

    private static readonly Dictionary<string, string> ExtendedUsages = new(StringComparer.Ordinal)
    {
        ["any"] = "2.5.29.37.0",
        ["server auth"] = "1.3.6.1.5.5.7.3.1",
        ["client auth"] = "1.3.6.1.5.5.7.3.2",
        ["code signing"] = "1.3.6.1.5.5.7.3.3",
        ["email protection"] = "1.3.6.1.5.5.7.3.4",
        ["s/mime"] = "1.3.6.1.5.5.7.3.4",
        ["ipsec end system"] = "1.3.6.1.5.5.7.3.5",
        ["ipsec tunnel"] = "1.3.6.1.5.5.7.3.6",
        ["ipsec user"] = "1.3.6.1.5.5.7.3.7",
        ["timestamping"] = "1.3.6.1.5.5.7.3.8",
        ["ocsp signing"] = "1.3.6.1.5.5.7.3.9",
        ["microsoft sgc"] = "1.3.6.1.4.1.311.10.3.3",
        ["netscape sgc"] = "2.16.840.1.113730.4.1",
    };

    /// <summary>The extensions for these usages. Throws <see cref="CryptographicException"/> for one that is not known.</summary>
    public static IReadOnlyList<X509Extension> Extensions(IReadOnlyList<string> usages)
    {
        var key = X509KeyUsageFlags.None;
        var extended = new OidCollection();
        foreach (var usage in usages)
        {
            if (KeyUsages.TryGetValue(usage, out var flag))
            {
                key |= flag;
            }
            else if (!ExtendedUsages.TryGetValue(usage, out var oid))
            {
                throw new CryptographicException($"unrecognized usage values: [\"{usage}\"]");
            }
            else if (!extended.Cast<Oid>().Any(o => o.Value == oid))
            {
                extended.Add(new Oid(oid));
            }
        }

        List<X509Extension> extensions = [];
        if (key != X509KeyUsageFlags.None)
        {
            extensions.Add(new X509KeyUsageExtension(key, true));
        }

        if (extended.Count > 0)
        {
            extensions.Add(new X509EnhancedKeyUsageExtension(extended, false));
        }

        return extensions;
    }
}
