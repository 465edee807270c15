using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kube1.Api.Certificates;

namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>The certificates of a caBundle, as the API carries them: PEM in base64.</summary>
internal static class PemBundle
{
    /// <summary>Reads a bundle; empty when it is, or has no certificates. The caller disposes them.</summary>
    /// <exception cref="FormatException">It is no base64.</exception>
    /// <exception cref="CryptographicException">A certificate in it cannot be read, or there are too many.</exception>
    public static X509Certificate2Collection Read(string base64) => CertificateBundle.Read(Decode(base64));

    /// <summary>Whether nothing stands in it.</summary>
    /// <exception cref="FormatException">It is no base64.</exception>
    public static bool IsBlank(string base64) => string.IsNullOrWhiteSpace(Decode(base64));

    private static string Decode(string base64) => Encoding.Latin1.GetString(Convert.FromBase64String(base64));
}
