using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Schema;
using Kube1.Client;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.Discovery;

/// <summary>Who hears of the objects of a resource, one after the other.</summary>
internal interface IResourceSink
{
    /// <summary>An object is there, new or changed.</summary>
    void Set(JsonObject obj);

    /// <summary>An object is gone.</summary>
    void Remove(JsonObject obj);

    /// <summary>The watch had to start anew: what is not among these uids has gone unseen.</summary>
    void Restarted(HashSet<string> seen);
}

/// <summary>
/// Tells of all objects of a resource that need not be known when this is compiled. They come one by one over a watch
/// that starts with what is there, so that no list of them is ever held where the server can do that.
/// </summary>
internal sealed partial class ResourceWatch(
    KubeClient client, ResourceDescriptor resource, IResourceSink sink, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger = logger;
    private string? _revision;
    private HashSet<string>? _seen;

    /// <summary>Completes once the sink has heard of all objects of the start.</summary>
    public Task Synced => _synced.Task;

    public async Task RunAsync(CancellationToken ct)
    {
        var pause = MinPause;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await WatchAsync(ct).ConfigureAwait(false);
                pause = MinPause;
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (ServerFailure.Is(e))
            {
                LogInterrupted(e, resource.Resource.GroupResource.ToString());
                if (e is ApiException { Code: 410 })
                {
                    _revision = null;
                }
            }

            try
            {
                await Task.Delay(pause, time, ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = pause * 2 < MaxPause ? pause * 2 : MaxPause;
        }
    }

    private async Task WatchAsync(CancellationToken ct)
    {
        var fresh = _revision is null;
        _seen = fresh ? new HashSet<string>(StringComparer.Ordinal) : null;
        var options = new ListOptions
        {
            AllowWatchBookmarks = true, SendInitialEvents = fresh, ResourceVersion = _revision,
        };
        try
        {
            await foreach (var change in client.Of(resource).WatchAsync(null, options, ct).ConfigureAwait(false))
            {
                Apply(change);
            }
        }
        catch (ApiException e) when (fresh && e.Code is 400 or 422)
        {
            // A server of an older release, behind an APIService: it knows no watch that starts with what is there.
            await ListAsync(ct).ConfigureAwait(false);
        }
    }

    private async Task ListAsync(CancellationToken ct)
    {
        var list = await client.Of(resource).ListAsync(null, null, ct).ConfigureAwait(false);
        foreach (var obj in list.Items)
        {
            _seen?.Add(obj["metadata"]?["uid"]?.GetValue<string>() ?? "");
            sink.Set(obj);
        }

        _revision = list.Metadata.ResourceVersion;
        FinishStart();
    }

    private void Apply(WatchEvent<JsonObject> change)
    {
        var metadata = change.Object["metadata"];
        var revision = metadata?["resourceVersion"]?.GetValue<string>();
        switch (change.Type)
        {
            case WatchEventType.Bookmark:
                _revision = revision;
                if (metadata?["annotations"]?[WatchEvents.InitialEventsEndAnnotation] is not null)
                {
                    FinishStart();
                }

                return;
            case WatchEventType.Deleted:
                sink.Remove(change.Object);
                break;
            default:
                _seen?.Add(metadata?["uid"]?.GetValue<string>() ?? "");
                sink.Set(change.Object);
                break;
        }

        // During the start the objects come in the order of their keys: none of their revisions is a place to go on from.
        if (_seen is null)
        {
            _revision = revision;
        }
    }

    private void FinishStart()
    {
        if (_synced.Task.IsCompleted && _seen is not null)
        {
            sink.Restarted(_seen);
        }

        _seen = null;
        _synced.TrySetResult();
    }
}
