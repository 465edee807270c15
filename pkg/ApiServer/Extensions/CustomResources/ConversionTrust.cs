using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Extensions.Webhooks;
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

        try
        {
            var certificates = PemBundle.Read(bundle);
            foreach (var certificate in certificates)
            {
                certificate.Dispose();
            }

            return certificates.Count > 0;
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return false;
        }
    }
}
