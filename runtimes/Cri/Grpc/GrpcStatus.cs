using System.Globalization;
using System.Net.Http.Headers;
using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Cri.Grpc;

/// <summary>Reads a call's outcome from its headers (trailers-only answers) or trailers.</summary>
internal static class GrpcStatus
{
    /// <summary>The failure, or null when the call succeeded.</summary>
    public static RuntimeException? Failure(HttpResponseMessage response)
    {
        if (Value(response.TrailingHeaders, "grpc-status") is { } inTrailers)
        {
            return FromValues(inTrailers, Value(response.TrailingHeaders, "grpc-message"));
        }

        if (Value(response.Headers, "grpc-status") is { } inHeaders)
        {
            return FromValues(inHeaders, Value(response.Headers, "grpc-message"));
        }

        return new RuntimeException(
            RuntimeErrorCode.Unavailable, "the container runtime closed the call without a status");
    }

    /// <summary>An answer that is no gRPC answer at all, or null.</summary>
    public static RuntimeException? HttpFailure(HttpResponseMessage response)
    {
        if ((int)response.StatusCode != 200)
        {
            return new RuntimeException(
                RuntimeErrorCode.Unavailable,
                $"unexpected HTTP status code received from server: {(int)response.StatusCode}; "
                + "is the endpoint a CRI socket?");
        }

        // A trailers-only answer carries the status in its headers; no body follows.
        return Value(response.Headers, "grpc-status") is null ? null : Failure(response);
    }

    private static RuntimeException? FromValues(string status, string? message)
    {
        if (!int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            || code > (int)RuntimeErrorCode.Unauthenticated)
        {
            return new RuntimeException(RuntimeErrorCode.Unknown, $"malformed grpc-status \"{status}\"");
        }

        return code == 0
            ? null
            : new RuntimeException((RuntimeErrorCode)code, Uri.UnescapeDataString(message ?? ""));
    }

    private static string? Value(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
