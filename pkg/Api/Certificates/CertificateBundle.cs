using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kube1.Api.Certificates;

/// <summary>Certificates in PEM, one after the other, as objects of the API carry them: anyone may have written them.</summary>
public static class CertificateBundle
{
    /// <summary>
    /// The most certificates. More than systems trust: the end of a block is looked for in all that follows it, again for each
    /// block without one.
    /// </summary>
    public const int MaxCertificates = 256;

    /// <summary>Reads a bundle; empty when no certificates are in it. The caller disposes them.</summary>
    /// <exception cref="CryptographicException">A certificate in it cannot be read, or there are too many.</exception>
    public static X509Certificate2Collection Read(string pem)
    {
        if (pem.AsSpan().Count("-----BEGIN ") > MaxCertificates)
        {
            throw new CryptographicException($"a bundle has at most {MaxCertificates} certificates");
        }

        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates;
    }
}
