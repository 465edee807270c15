using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Auth.Oidc;

internal sealed partial class OidcKeySet
{
    [LoggerMessage(Level = LogLevel.Information, Message = "fetched {Keys} keys of the OIDC issuer {Issuer}")]
    private partial void LogRefreshed(string issuer, int keys);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot fetch the keys of the OIDC issuer {Issuer}: {Reason}")]
    private partial void LogRefreshFailed(string issuer, string reason);
}
