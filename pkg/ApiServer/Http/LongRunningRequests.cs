namespace Kube1.ApiServer.Http;

/// <summary>Requests that live long and cost little: watches, and streams to pods and nodes.</summary>
internal static class LongRunningRequests
{
    /// <summary>Whether the request is one.</summary>
    public static bool Contains(RequestInfo info) =>
        info.Verb == "watch"
        || (info.IsResourceRequest && info.Subresource is "log" or "exec" or "attach" or "portforward" or "proxy");
}
