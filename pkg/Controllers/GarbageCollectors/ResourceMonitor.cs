using System.Text.Json.Nodes;
using Kube1.Api.Schema;
using Kube1.Client;
using Kube1.Controllers.Discovery;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.GarbageCollectors;

/// <summary>Feeds the graph with the objects of one resource.</summary>
internal sealed class ResourceMonitor : IResourceSink
{
    private readonly ResourceDescriptor _resource;
    private readonly OwnerGraph _graph;
    private readonly Action<IEnumerable<string>> _look;
    private readonly Action<ResourceDescriptor> _changed;
    private readonly ResourceWatch _watch;

    public ResourceMonitor(
        KubeClient client, ResourceDescriptor resource, OwnerGraph graph, Action<IEnumerable<string>> look,
        Action<ResourceDescriptor> changed, TimeProvider time, ILogger logger)
    {
        _resource = resource;
        _graph = graph;
        _look = look;
        _changed = changed;
        _watch = new ResourceWatch(client, resource, this, time, logger);
    }

    /// <summary>Completes once all objects of the start are in the graph.</summary>
    public Task Synced => _watch.Synced;

    public Task RunAsync(CancellationToken ct) => _watch.RunAsync(ct);

    public void Set(JsonObject obj)
    {
        _look(_graph.Set(GraphObject.From(_resource, obj)));
        _changed(_resource);
    }

    public void Remove(JsonObject obj)
    {
        _look(_graph.Remove(obj["metadata"]?["uid"]?.GetValue<string>() ?? ""));
        _changed(_resource);
    }

    public void Restarted(HashSet<string> seen)
    {
        var (gone, doubtful) = _graph.Resynced(_resource.Kind, seen);
        foreach (var uid in gone)
        {
            _look(_graph.Remove(uid));
        }

        _look(doubtful);
    }
}
