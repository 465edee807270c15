using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>The certificates that a definition trusts its conversion webhook by.</summary>
internal static class ConversionTrust
{
    /// <summary>Whether the bundle, when there is one, can be read: without it no object could be converted.</summary>
    public static bool IsSound(JsonObject definition)
    {
        var bundle = definition.Text("spec.conversion.webhook.clientConfig.caBundle");
        if (bundle.Length == 0)
        {
            return true;
        }

        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(Encoding.ASCII.GetString(Convert.FromBase64String(bundle)));
            return certificates.Count > 0;
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return false;
        }
        finally
        {
            foreach (var certificate in certificates)
            {
                certificate.Dispose();
            }
        }
    }
}
