using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Auth.Certificates;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>Whom a CertificateSigningRequest asks a certificate for.</summary>
internal static class SigningRequestSubject
{
    /// <summary>The subject; null, and what is wrong, when the object holds no request.</summary>
    public static CertificateSubject? Of(JsonObject signingRequest, [NotNullWhen(false)] out string? wrong)
    {
        try
        {
            wrong = null;
            var pem = Encoding.ASCII.GetString(
                Convert.FromBase64String((string?)signingRequest["spec"]?["request"] ?? ""));
            var asked = CertificateRequest.LoadSigningRequestPem(
                pem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.SkipSignatureValidation);
            return SubjectNameReader.Read(asked.SubjectName);
        }
        catch (Exception e) when (e is FormatException or CryptographicException or ArgumentException
            or AsnContentException or NotSupportedException)
        {
            wrong = e.Message;
            return null;
        }
    }
}
