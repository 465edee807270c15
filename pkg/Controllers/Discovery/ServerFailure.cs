using System.Text.Json;
using Kube1.Api.Errors;

namespace Kube1.Controllers.Discovery;

/// <summary>
/// What can come of asking for a resource that need not be this server's own: an aggregated API server may be away, slow, or
/// answer with anything. One of them must not keep a controller from all others.
/// </summary>
internal static class ServerFailure
{
    /// <summary>Whether an exception tells of the server and not of a mistake here.</summary>
    public static bool Is(Exception failure) =>
        failure is ApiException or HttpRequestException or IOException or TimeoutException
            // No JSON; JSON that is no object, list or event; members that stand twice.
            or JsonException or InvalidDataException or InvalidOperationException or FormatException or ArgumentException;
}
