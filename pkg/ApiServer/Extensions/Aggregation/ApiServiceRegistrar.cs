using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.ApiServer.Extensions.CustomResources;
using Kube1.ApiServer.Registry;
using Kube1.Client.Controllers;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>
/// Keeps an APIService for each group version that this server serves itself, and says that it is available: those of
/// built-in groups as they were left since the start, those of custom resources at all times
/// (k8s.io/kube-aggregator/pkg/controllers/autoregister and status/local). Whoever takes over a group version, with an
/// object without the label, is left alone.
/// </summary>
internal sealed class ApiServiceRegistrar(
    CustomResourceCatalog catalog, IObjectRegistry objects, ServerStatusWriter status, WorkQueue<string> queue,
    TimeProvider time)
{
    /// <summary>Says that an APIService is kept by this server, and when.</summary>
    public const string ManagedLabel = "kube-aggregator.kubernetes.io/automanaged";

    private const string OnStart = "onstart";
    private const string Always = "true";

    /// <summary>What discovery tells of APIServices.</summary>
    public static readonly ResourceDescriptor Descriptor = ResourceCatalog.Find(
        new GroupVersionResource(ApiServicePriorities.OwnGroup, "v1", "apiservices"))!;

    private readonly HashSet<string> _synced = new(StringComparer.Ordinal);
    private HashSet<string> _atStart = [];
    private ResourceTable? _table;
    private Dictionary<string, Wanted> _wanted = [];

    /// <summary>Makes sure that there is one for everything that is served now.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _atStart = [.. objects.List(Descriptor, null).Select(NameOf)];
        FollowTable();
        // Together, so that the store writes them together.
        var missing = _wanted.Values.Where(w => !_atStart.Contains(w.Name)).ToList();
        await Task.WhenAll(missing.Select(w => CreateAsync(w, cancellationToken))).ConfigureAwait(false);
        await Task.WhenAll(missing.Select(w => SetLocalAsync(w.Name, cancellationToken))).ConfigureAwait(false);
        _synced.UnionWith(missing.Select(w => w.Name));
        foreach (var name in _atStart)
        {
            await SyncAsync(name, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes in which group versions are served now; those that have come or gone are synced.</summary>
    public void FollowTable()
    {
        var table = catalog.Current;
        if (ReferenceEquals(table, _table))
        {
            return;
        }

        var before = _wanted;
        _table = table;
        _wanted = table.All.DistinctBy(r => r.Descriptor.Kind.ApiVersion)
            .Where(r => r.GroupResource.Group != ApiServicePriorities.OwnGroup)
            .Select(r => new Wanted(
                r.GroupResource.Group, r.Descriptor.Resource.Version, r.Custom is null ? OnStart : Always))
            .ToDictionary(w => w.Name, StringComparer.Ordinal);
        foreach (var name in before.Keys.Except(_wanted.Keys).Concat(_wanted.Keys.Except(before.Keys)))
        {
            queue.Add(name);
        }
    }

    /// <summary>Brings one to what is wanted.</summary>
    public async Task SyncAsync(string name, CancellationToken cancellationToken)
    {
        await SyncSpecAsync(name, cancellationToken).ConfigureAwait(false);
        _synced.Add(name);
        await SetLocalAsync(name, cancellationToken).ConfigureAwait(false);
    }

    private async Task SyncSpecAsync(string name, CancellationToken cancellationToken)
    {
        var wanted = _wanted.GetValueOrDefault(name);
        var current = objects.Find(Descriptor, null, name);
        var isFirst = !_synced.Contains(name);
        if (wanted?.Managed == OnStart && !isFirst)
        {
            return;
        }

        if (current is null)
        {
            await (wanted is null ? Task.CompletedTask : CreateAsync(wanted, cancellationToken)).ConfigureAwait(false);
            return;
        }

        var managed = (string?)current["metadata"]?["labels"]?[ManagedLabel];
        if (managed is not (OnStart or Always) || (managed == OnStart && !(isFirst && _atStart.Contains(name))))
        {
            return;
        }

        if (wanted is null)
        {
            await DeleteAsync(name, current, cancellationToken).ConfigureAwait(false);
        }
        else if (!JsonNode.DeepEquals(current["spec"], wanted.Spec()))
        {
            await objects.UpdateAsync(Descriptor, null, name, obj =>
            {
                obj["spec"] = wanted.Spec();
                return true;
            }, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CreateAsync(Wanted wanted, CancellationToken cancellationToken) => await objects.TryCreateAsync(
        Descriptor, new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = wanted.Name, ["labels"] = new JsonObject { [ManagedLabel] = wanted.Managed },
            },
            ["spec"] = wanted.Spec(),
        }, cancellationToken).ConfigureAwait(false);

    private async Task DeleteAsync(string name, JsonObject current, CancellationToken cancellationToken)
    {
        var options = new V1DeleteOptions
        {
            Preconditions = new V1Preconditions { Uid = (string?)current["metadata"]?["uid"] },
        };
        try
        {
            await objects.DeleteAsync(Descriptor, null, name, options, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Is(StatusReasons.NotFound) || e.Is(StatusReasons.Conflict))
        {
            // It has gone, or is another one: its own event comes.
        }
    }

    private async Task SetLocalAsync(string name, CancellationToken cancellationToken) => await status.ChangeAsync(
        name,
        obj => obj["spec"]?["service"] is null && StatusConditions.Set(
            obj, ApiService.Available, "True", "Local", "Local APIServices are always available", time.GetUtcNow()),
        cancellationToken).ConfigureAwait(false);

    private static string NameOf(JsonObject obj) => obj.Text("metadata.name");

    /// <summary>The APIService that there should be for a group version.</summary>
    private sealed record Wanted(string Group, string Version, string Managed)
    {
        public string Name { get; } = $"{Version}.{Group}";

        public JsonObject Spec()
        {
            var (group, version) = ApiServicePriorities.Of(Group, Version);
            var spec = new JsonObject();
            if (Group.Length > 0)
            {
                spec["group"] = Group;
            }

            spec["version"] = Version;
            spec["groupPriorityMinimum"] = group;
            spec["versionPriority"] = version;
            return spec;
        }
    }
}
