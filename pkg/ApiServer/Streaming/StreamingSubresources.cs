using Kube1.Api;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Streaming.Proxies;

namespace Kube1.ApiServer.Streaming;

/// <summary>Registers the subresources that reach through to kubelets and pods.</summary>
internal static class StreamingSubresources
{
    private static readonly GroupResource Pods = new("", "pods");

    /// <summary>Adds pods' log, exec, attach and portforward.</summary>
    public static void AddStreaming(
        this SubresourceCatalog catalog, IBackendConnector kubelets, IAuthorizer authorizer, TimeProvider time) => catalog
        .Add(Pods, "log", new PodLogHandler(kubelets))
        .Add(Pods, "exec", new PodStreamHandler(PodStream.Exec, kubelets, authorizer, time))
        .Add(Pods, "attach", new PodStreamHandler(PodStream.Attach, kubelets, authorizer, time))
        .Add(Pods, "portforward", new PodStreamHandler(PodStream.PortForward, kubelets, authorizer, time));

    /// <summary>Adds the proxies of pods and services and, where kubelets can be reached, of nodes.</summary>
    public static void AddProxies(
        this SubresourceCatalog catalog, IBackendConnector pods, IBackendConnector? kubelets, TimeProvider time)
    {
        var locators = new ProxyLocators(pods, kubelets);
        catalog.Add(Pods, "proxy", new ProxyHandler(locators.PodAsync, time));
        catalog.Add(new GroupResource("", "services"), "proxy", new ProxyHandler(locators.ServiceAsync, time));
        if (kubelets is not null)
        {
            catalog.Add(new GroupResource("", "nodes"), "proxy", new ProxyHandler(locators.NodeAsync, time));
        }
    }
}
