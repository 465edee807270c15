using System.Collections.Frozen;
using System.Collections.Immutable;
using Kube1.Api.Json;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Http;
using Kube1.Storage;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>All APIServices as of now: who asks sees every one whose write was acknowledged before.</summary>
internal sealed class ApiServiceDirectory(Store store) : StoreFollower(store, Collection)
{
    /// <summary>Where they are stored.</summary>
    public const string Collection = "apiservices.apiregistration.k8s.io";

    private volatile ApiServices _current = ApiServices.None;

    // What is being read anew; nobody sees it before it is complete.
    private ImmutableDictionary<string, ApiService>? _reading;

    /// <summary>All of them, as of now.</summary>
    public ApiServices Current
    {
        get
        {
            CatchUp();
            return _current;
        }
    }

    /// <inheritdoc/>
    protected override void Reset() => _reading = ImmutableDictionary<string, ApiService>.Empty;

    /// <inheritdoc/>
    protected override void Put(string collection, StoredEntry entry, StoredEntry? previous)
    {
        var service = ApiService.Of(CanonicalJson.Parse(entry.Value.Span));
        if (_reading is not null)
        {
            _reading = _reading.SetItem(entry.Key, service);
        }
        else if (!service.Equals(_current.ByName.GetValueOrDefault(entry.Key)))
        {
            _current = new ApiServices(_current.ByName.SetItem(entry.Key, service));
        }
    }

    /// <inheritdoc/>
    protected override void Remove(string collection, StoredEntry entry) =>
        _current = new ApiServices(_current.ByName.Remove(entry.Key));

    /// <inheritdoc/>
    protected override void Publish()
    {
        _current = new ApiServices(_reading!);
        _reading = null;
    }
}

/// <summary>The APIServices at one time.</summary>
internal sealed class ApiServices(ImmutableDictionary<string, ApiService> byName)
{
    private readonly FrozenDictionary<(string Group, string Version), ApiService> _remote =
        byName.Values.Where(s => s.Server is not null).ToFrozenDictionary(s => (s.Group, s.Version));

    /// <summary>None.</summary>
    public static ApiServices None { get; } = new(ImmutableDictionary<string, ApiService>.Empty);

    /// <summary>All, by their names.</summary>
    public ImmutableDictionary<string, ApiService> ByName { get; } = byName;

    /// <summary>Those that other servers serve.</summary>
    public IEnumerable<ApiService> Remote => _remote.Values;

    /// <summary>The one that another server serves; null when this one does, or nobody.</summary>
    public ApiService? FindRemote(string group, string version) => _remote.GetValueOrDefault((group, version));

    /// <summary>The one that a request is for, when another server serves it.</summary>
    public ApiService? FindRemote(RequestInfo info)
    {
        if (_remote.Count == 0)
        {
            return null;
        }

        if (info.IsResourceRequest)
        {
            return info.ApiPrefix == "api" ? FindRemote("", "v1") : FindRemote(info.ApiGroup, info.ApiVersion);
        }

        return info.Path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["api", ..] => FindRemote("", "v1"),
            ["apis", var group, var version, ..] => FindRemote(group, version),
            _ => null,
        };
    }
}
