using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Registry;
using Kube1.Storage;

namespace Kube1.ApiServer.FlowControl;

/// <summary>The FlowSchemas and priority levels, compiled; every acknowledged change counts from the next request on.</summary>
internal sealed class FlowConfiguration(Store store, SeatAllocator seats, int serverSeats)
    : StoreFollower(store, Schemas, Levels)
{
    private const string Schemas = "flowschemas.flowcontrol.apiserver.k8s.io";
    private const string Levels = "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io";

    private readonly ConcurrentDictionary<string, JsonObject> _schemas = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, JsonObject> _levels = new(StringComparer.Ordinal);
    private readonly Lock _compiling = new();
    private volatile Entry[] _entries = [];
    private int _version = 1;
    private int _compiledVersion;

    /// <summary>The schema of a request and the level whose seats it takes.</summary>
    public Entry EntryFor(RequestInfo request, UserInfo user)
    {
        var entries = Entries;
        foreach (var entry in entries)
        {
            if (entry.Schema.Matches(request, user))
            {
                return entry;
            }
        }

        // The catch-all is for everybody who was authenticated or was not: nobody else comes here.
        return entries[^1];
    }

    private Entry[] Entries
    {
        get
        {
            CatchUp();
            if (Volatile.Read(ref _compiledVersion) != Volatile.Read(ref _version))
            {
                lock (_compiling)
                {
                    // Read before compiling: what changes meanwhile makes the next request compile again.
                    var version = Volatile.Read(ref _version);
                    if (_compiledVersion != version)
                    {
                        _entries = Compile();
                        Volatile.Write(ref _compiledVersion, version);
                    }
                }
            }

            return _entries;
        }
    }

    /// <inheritdoc/>
    protected override void Reset()
    {
        _schemas.Clear();
        _levels.Clear();
        Interlocked.Increment(ref _version);
    }

    /// <inheritdoc/>
    protected override void Put(string collection, StoredEntry entry, StoredEntry? previous)
    {
        MapOf(collection)[entry.Key] = ObjectCodec.Decode(entry, entry.Revision);
        Interlocked.Increment(ref _version);
    }

    /// <inheritdoc/>
    protected override void Remove(string collection, StoredEntry entry)
    {
        MapOf(collection).TryRemove(entry.Key, out _);
        Interlocked.Increment(ref _version);
    }

    private ConcurrentDictionary<string, JsonObject> MapOf(string collection) =>
        collection == Schemas ? _schemas : _levels;

    private Entry[] Compile()
    {
        var levels = WithMandatory(_levels, BootstrapFlowObjects.MandatoryLevels);
        var limits = LevelLimits.Of(levels, serverSeats).ToList();
        seats.Configure(limits);
        limits.ForEach(FlowMetrics.Limits);
        var names = limits.Select(l => l.Name).ToHashSet(StringComparer.Ordinal);

        // A schema whose level is missing is as if it were not there itself.
        return
        [
            .. WithMandatory(_schemas, BootstrapFlowObjects.MandatorySchemas).Select(s => new FlowSchema(s))
                .Where(s => names.Contains(s.LevelName))
                .OrderBy(s => s.Precedence).ThenBy(s => s.Name, StringComparer.Ordinal)
                .Select(s => new Entry(s, seats.Level(s.LevelName))),
        ];
    }

    // Somebody may have deleted what every server relies on.
    private static List<JsonObject> WithMandatory(
        ConcurrentDictionary<string, JsonObject> stored, IReadOnlyList<JsonObject> mandatory) =>
        [.. stored.Values, .. mandatory.Where(m => !stored.ContainsKey(m.Text("metadata.name")))];

    /// <summary>A schema with its level.</summary>
    internal sealed record Entry(FlowSchema Schema, PriorityLevel Level);
}
