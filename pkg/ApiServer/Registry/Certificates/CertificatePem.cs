using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kube1.ApiServer.Registry.Certificates;

/// <summary>Requests and certificates as PEM, in base64 as API objects carry them.</summary>
internal static class CertificatePem
{
    private const string RequestLabel = "CERTIFICATE REQUEST";

    private const string CertificateLabel = "CERTIFICATE";

    /// <summary>
    /// More than any chain has: the end of a block is looked for in all that follows it, again for each block without one.
    /// </summary>
    private const int MaxBlocks = 64;

    private const string Rsa = "1.2.840.113549.1.1.1";

    private const string EllipticCurve = "1.2.840.10045.2.1";

    /// <summary>What is wrong with a PKCS#10 request, its signature included; null when nothing is.</summary>
    public static string? WrongRequest(string base64)
    {
        if (Decode(base64) is not { } pem || !PemEncoding.TryFind(pem, out var fields)
            || !pem.AsSpan()[fields.Label].SequenceEqual(RequestLabel))
        {
            return "PEM block type must be CERTIFICATE REQUEST";
        }

        var der = Convert.FromBase64String(pem[fields.Base64Data]);
        if (Load(der, CertificateRequestLoadOptions.SkipSignatureValidation) is not { } request)
        {
            return "asn1: structure error: not a PKCS#10 certification request";
        }

        // Of keys that this platform cannot use, Ed25519, the signature is left to the signer.
        var algorithm = request.PublicKey.Oid.Value;
        return algorithm is not (Rsa or EllipticCurve) || Load(der, CertificateRequestLoadOptions.Default) is not null ? null
            : algorithm == Rsa ? "crypto/rsa: verification error"
            : "x509: ECDSA verification failure";
    }

    /// <summary>What is wrong with a chain of certificates; null when nothing is, or there is none.</summary>
    public static string? WrongCertificates(string base64)
    {
        if (base64.Length == 0)
        {
            return null;
        }

        var pem = (Decode(base64) ?? "").AsSpan();
        var blocks = 0;
        while (PemEncoding.TryFind(pem, out var fields))
        {
            var label = pem[fields.Label];
            if (!label.SequenceEqual(CertificateLabel))
            {
                return $"only CERTIFICATE PEM blocks are allowed, found \"{label}\"";
            }

            if (!IsCertificate(Convert.FromBase64String(pem[fields.Base64Data].ToString())))
            {
                return "x509: malformed certificate";
            }

            blocks++;
            pem = pem[fields.Location.End..];
        }

        return blocks == 0 ? "must contain at least one CERTIFICATE PEM block" : null;
    }

    private static string? Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var count))
        {
            return null;
        }

        return bytes.AsSpan(0, count).Count("-----BEGIN "u8) > MaxBlocks ? null : Encoding.UTF8.GetString(bytes, 0, count);
    }

    private static CertificateRequest? Load(byte[] der, CertificateRequestLoadOptions options)
    {
        try
        {
            return CertificateRequest.LoadSigningRequest(
                der, HashAlgorithmName.SHA256, options | CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions,
                RSASignaturePadding.Pkcs1);
        }
        catch (Exception e) when (e is CryptographicException or NotSupportedException or ArgumentException)
        {
            // Not supported: algorithms and curves that nobody knows, which any client may name.
            return null;
        }
    }

    private static bool IsCertificate(byte[] der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
