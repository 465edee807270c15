using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client.Streaming;

namespace Kube1.ApiServer.Streaming.Proxies;

/// <summary>What a client is told when the server behind a proxy does not answer as it should.</summary>
internal static class ProxyFailure
{
    /// <summary>503: it cannot be reached.</summary>
    public static ApiException Unreachable(string why) =>
        ApiErrors.ServiceUnavailable("error trying to reach service: " + why);

    /// <summary>503: the connection to it failed.</summary>
    public static ApiException Unreachable(string authority, Exception failure) => Unreachable(Describe(authority, failure));

    /// <summary>Why a request failed, in the words of Go's net package.</summary>
    public static string Describe(string authority, Exception failure) => failure switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } =>
            $"dial tcp {authority}: {DialFailure.Describe(failure.InnerException ?? failure)}",
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "EOF",
        OperationCanceledException => $"dial tcp {authority}: {DialFailure.Describe(failure)}",
        _ => failure.InnerException?.Message ?? failure.Message,
    };

    /// <summary>
    /// 500 without a reason, as upstream answers for errors that are no Status: a failed dial for an upgrade, an upgrade
    /// that was neither made nor refused, a kubelet that cannot be reached.
    /// </summary>
    public static ApiException NoStatus(string message, Exception? inner = null) =>
        new(new V1Status { Status = "Failure", Code = 500, Message = message }, inner);
}
