using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using System.Web;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;

namespace Kube1.Tests.Client;

/// <summary>
/// The API as far as clients and controllers need it, in memory: create, read, list in pages, watch from a revision,
/// replace with optimistic locking, patch, status, delete. No defaults, no validation.
/// </summary>
internal sealed class FakeApi(TimeProvider? time = null) : HttpMessageHandler
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly List<Change> _changes = [];
    private readonly List<Watcher> _watchers = [];
    private readonly List<string> _requests = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _revision = 10;
    private long _compacted;
    private int _names;

    /// <summary>Answers instead of the API when it returns something.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?>? Intercept { get; set; }

    public bool SupportsInitialEvents { get; set; } = true;

    public KubeClient Client(string userAgent = "test/1") => new(this, new Uri("http://fake/"), userAgent);

    /// <summary>"GET /api/v1/pods?watch=true" of each request so far.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    public int OpenWatches
    {
        get
        {
            lock (_lock)
            {
                return _watchers.Count;
            }
        }
    }

    public List<T> All<T>()
        where T : class, IKubernetesKind
    {
        lock (_lock)
        {
            return [.. _objects.Values.Where(o => (string?)o["kind"] == T.GroupVersionKind.Kind).Select(o => KubeJson.Deserialize<T>(o))];
        }
    }

    /// <summary>Ends all watches as a server does; <paramref name="forget"/> also drops what happened so far.</summary>
    public void EndWatches(bool forget = false)
    {
        lock (_lock)
        {
            foreach (var watcher in _watchers)
            {
                watcher.Lines.Writer.TryComplete();
            }

            _watchers.Clear();
            if (forget)
            {
                _changes.Clear();
                _compacted = ++_revision;
            }
        }
    }

    /// <summary>Sends a bookmark of the present revision to all watchers.</summary>
    public void Bookmark()
    {
        lock (_lock)
        {
            _revision++;
            foreach (var watcher in _watchers)
            {
                watcher.Send("BOOKMARK", BookmarkObject(false));
            }
        }
    }

    /// <summary>Waits until the condition holds; it is looked at after each change. Never sleeps.</summary>
    public async Task WaitAsync(Func<bool> condition, string what)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                changed = _changed.Task;
            }

            if (condition())
            {
                return;
            }

            try
            {
                await changed.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                string state;
                lock (_lock)
                {
                    state = string.Join('\n', _objects.Values.Select(o => o.ToJsonString()));
                }

                throw new TimeoutException($"never came: {what}. Objects:\n{state}");
            }
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        lock (_lock)
        {
            _requests.Add($"{request.Method} {request.RequestUri!.PathAndQuery}");
        }

        Signal();
        if (Intercept?.Invoke(request) is { } answer)
        {
            return answer;
        }

        var body = request.Content is null ? null : await request.Content.ReadAsStringAsync(ct);
        try
        {
            return Handle(request, string.IsNullOrEmpty(body) ? null : JsonNode.Parse(body)!.AsObject());
        }
        catch (ApiException e)
        {
            var status = e.Status;
            status.Kind = "Status";
            return Json(status.Code ?? 500, KubeJson.ToJson(status));
        }
        finally
        {
            Signal();
        }
    }

    private HttpResponseMessage Handle(HttpRequestMessage request, JsonObject? body)
    {
        var path = FakePath.Parse(request.RequestUri!);
        var query = HttpUtility.ParseQueryString(request.RequestUri!.Query);
        lock (_lock)
        {
            if (path.Name is null)
            {
                return request.Method == HttpMethod.Post ? Json(201, Create(path, body!))
                    : query["watch"] == "true" ? Watch(path, query)
                    : Json(200, List(path, query));
            }

            if (!_objects.TryGetValue(path.Key, out var old))
            {
                throw ApiErrors.NotFound(path.Resource, path.Name);
            }

            return request.Method.Method switch
            {
                "GET" => Json(200, old),
                "PUT" => Json(200, Replace(path, old, body!)),
                "PATCH" => Json(200, Replace(path, old, Patched(path, old, body!))),
                "DELETE" => Json(200, Delete(path, old)),
                _ => Json(201, new JsonObject { ["kind"] = "Status", ["status"] = "Success" }),
            };
        }
    }

    private JsonObject Create(FakePath path, JsonObject obj)
    {
        var metadata = obj["metadata"]!.AsObject();
        if (metadata["name"] is null && (string?)metadata["generateName"] is { } prefix)
        {
            metadata["name"] = prefix + (++_names).ToString("x5", CultureInfo.InvariantCulture);
        }

        path = path with { Name = (string)metadata["name"]!, Namespace = (string?)metadata["namespace"] ?? "" };
        if (_objects.ContainsKey(path.Key))
        {
            throw ApiErrors.AlreadyExists(path.Resource, path.Name);
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["generation"] = 1L;
        metadata["creationTimestamp"] = _time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return Store(path, "ADDED", obj);
    }

    private JsonObject Replace(FakePath path, JsonObject old, JsonObject obj)
    {
        var sent = (string?)obj["metadata"]!["resourceVersion"];
        if (sent is not null && sent != (string?)old["metadata"]!["resourceVersion"])
        {
            throw ApiErrors.Conflict(path.Resource, path.Name!, ApiErrors.ObjectModified);
        }

        var kept = path.Subresource == "status" ? (From: old, Field: "spec") : (From: old, Field: "status");
        obj[kept.Field] = kept.From[kept.Field]?.DeepClone();
        var metadata = obj["metadata"]!.AsObject();
        var generation = (long)old["metadata"]!["generation"]!;
        metadata["generation"] = JsonNode.DeepEquals(obj["spec"], old["spec"]) ? generation : generation + 1;
        metadata["uid"] = old["metadata"]!["uid"]!.DeepClone();
        metadata["creationTimestamp"] = old["metadata"]!["creationTimestamp"]!.DeepClone();
        return Store(path, "MODIFIED", obj);
    }

    private static JsonObject Patched(FakePath path, JsonObject old, JsonObject patch)
    {
        var uid = (string?)patch["metadata"]?["uid"];
        if (uid is not null && uid != (string?)old["metadata"]!["uid"])
        {
            throw ApiErrors.Conflict(path.Resource, path.Name!, "the uid in the patch is another");
        }

        var result = old.DeepClone().AsObject();
        result["metadata"]!.AsObject().Remove("resourceVersion");
        Merge(result, patch);
        return result;
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (name == "ownerReferences" && value is JsonArray references)
            {
                var all = (target[name]?.DeepClone() as JsonArray) ?? [];
                foreach (var reference in references)
                {
                    all.RemoveAll(r => (string?)r!["uid"] == (string?)reference!["uid"]);
                    if (reference!["$patch"] is null)
                    {
                        all.Add(reference.DeepClone());
                    }
                }

                target[name] = all;
            }
            else if (value is JsonObject child && target[name] is JsonObject existing)
            {
                Merge(existing, child);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }

    private JsonObject Delete(FakePath path, JsonObject old)
    {
        _objects.Remove(path.Key);
        var last = old.DeepClone().AsObject();
        Announce(path, "DELETED", last);
        return last;
    }

    private JsonObject Store(FakePath path, string type, JsonObject obj)
    {
        Announce(path, type, obj);
        _objects[path.Key] = obj;
        return obj;
    }

    private void Announce(FakePath path, string type, JsonObject obj)
    {
        obj["metadata"]!["resourceVersion"] = (++_revision).ToString(CultureInfo.InvariantCulture);
        var change = new Change(_revision, path.Collection, type, obj.DeepClone().AsObject());
        _changes.Add(change);
        foreach (var watcher in _watchers.Where(w => w.Collection == path.Collection))
        {
            watcher.Send(type, change.Object);
        }
    }

    private JsonObject List(FakePath path, System.Collections.Specialized.NameValueCollection query)
    {
        var all = Matching(path).ToList();
        var start = int.Parse(query["continue"] ?? "0", CultureInfo.InvariantCulture);
        var limit = int.Parse(query["limit"] ?? "1000000", CultureInfo.InvariantCulture);
        var metadata = new JsonObject { ["resourceVersion"] = _revision.ToString(CultureInfo.InvariantCulture) };
        if (start + limit < all.Count)
        {
            metadata["continue"] = (start + limit).ToString(CultureInfo.InvariantCulture);
        }

        return new JsonObject
        {
            ["kind"] = "List",
            ["metadata"] = metadata,
            ["items"] = new JsonArray([.. all.Skip(start).Take(limit).Select(o => o.DeepClone())]),
        };
    }

    private IEnumerable<JsonObject> Matching(FakePath path) =>
        _objects.Where(o => o.Key.StartsWith(path.Prefix, StringComparison.Ordinal)).Select(o => o.Value);

    private HttpResponseMessage Watch(FakePath path, System.Collections.Specialized.NameValueCollection query)
    {
        var watcher = new Watcher(path.Collection);
        if (query["sendInitialEvents"] == "true")
        {
            if (!SupportsInitialEvents)
            {
                throw new ApiException(new V1Status
                {
                    Code = 422, Reason = StatusReasons.Invalid, Status = "Failure", Message = "sendInitialEvents is forbidden for watch",
                });
            }

            foreach (var obj in Matching(path))
            {
                watcher.Send("ADDED", obj);
            }

            watcher.Send("BOOKMARK", BookmarkObject(true));
        }
        else
        {
            var after = long.Parse(query["resourceVersion"] ?? "0", CultureInfo.InvariantCulture);
            if (after < _compacted)
            {
                var expired = ApiErrors.Expired($"too old resource version: {after} ({_compacted})").Status;
                expired.Kind = "Status";
                watcher.Send("ERROR", KubeJson.ToJson(expired));
                watcher.Lines.Writer.TryComplete();
                return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new LineStream(watcher.Lines.Reader)) };
            }

            foreach (var change in _changes.Where(c => c.Revision > after && c.Collection == path.Collection))
            {
                watcher.Send(change.Type, change.Object);
            }
        }

        _watchers.Add(watcher);
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new LineStream(watcher.Lines.Reader)) };
    }

    private JsonObject BookmarkObject(bool endsInitialEvents)
    {
        var metadata = new JsonObject { ["resourceVersion"] = _revision.ToString(CultureInfo.InvariantCulture) };
        if (endsInitialEvents)
        {
            metadata["annotations"] = new JsonObject { [WatchEvents.InitialEventsEndAnnotation] = "true" };
        }

        return new JsonObject { ["metadata"] = metadata };
    }

    private void Signal()
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }

    private static HttpResponseMessage Json(int code, JsonObject body) => new((HttpStatusCode)code)
    {
        Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
    };

    private sealed record Change(long Revision, string Collection, string Type, JsonObject Object);

    private sealed class Watcher(string collection)
    {
        public string Collection { get; } = collection;

        public Channel<byte[]> Lines { get; } = Channel.CreateUnbounded<byte[]>();

        public void Send(string type, JsonObject obj) => Lines.Writer.TryWrite(Encoding.UTF8.GetBytes(
            new JsonObject { ["type"] = type, ["object"] = obj.DeepClone() }.ToJsonString() + "\n"));
    }
}
