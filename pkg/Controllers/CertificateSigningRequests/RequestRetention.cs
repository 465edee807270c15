using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kube1.Api.Models;

namespace Kube1.Controllers.CertificateSigningRequests;

/// <summary>
/// How long a request is kept, as upstream's csrcleaner: an hour once it is signed, denied or failed, a day while nobody has
/// decided, and never past the end of its certificate. One that is approved for a signer elsewhere stays.
/// </summary>
internal static class RequestRetention
{
    private static readonly TimeSpan DecidedAge = TimeSpan.FromHours(1);
    private static readonly TimeSpan PendingAge = TimeSpan.FromHours(24);

    /// <summary>When it is to go; null for never.</summary>
    public static DateTimeOffset? EndOf(V1CertificateSigningRequest csr)
    {
        if (csr.Status?.Conditions is not { Count: > 0 } conditions)
        {
            return csr.Metadata.CreationTimestamp + PendingAge;
        }

        var certificate = csr.Status.Certificate is { Length: > 0 } pem ? pem : null;
        DateTimeOffset? end = null;
        foreach (var condition in conditions)
        {
            if (condition.Type is "Denied" or "Failed" || (condition.Type == "Approved" && certificate is not null))
            {
                end = Earlier(end, condition.LastUpdateTime + DecidedAge);
            }

            if (condition.Type == "Approved" && certificate is not null)
            {
                end = Earlier(end, EndOf(certificate));
            }
        }

        return end;
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) =>
        a is null ? b : b is null || a < b ? a : b;

    /// <summary>Null for what cannot be read: then the other times count.</summary>
    private static DateTimeOffset? EndOf(byte[] pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(pem));
            return certificate.NotAfter.ToUniversalTime();
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
