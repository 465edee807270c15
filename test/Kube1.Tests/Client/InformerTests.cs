using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Informers;
using Kube1.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Client;

internal sealed class InformerTests
{
    private readonly List<string> _seen = [];
    private FakeApi _api = null!;
    private KubeClient _client = null!;
    private ManualTime _time = null!;
    private CancellationTokenSource _stop = null!;
    private InformerSet _set = null!;
    private Informer<V1ConfigMap> _informer = null!;
    private Task _running = Task.CompletedTask;

    [SetUp]
    public void Start()
    {
        _seen.Clear();
        _api = new FakeApi();
        _client = _api.Client();
        _time = new ManualTime();
        _stop = new CancellationTokenSource();
        _set = new InformerSet(_client, _time, NullLoggerFactory.Instance);
        _informer = _set.Of<V1ConfigMap>();
        _informer.AddHandler(o => See("+", o), (_, o) => See("~", o), o => See("-", o));
    }

    [TearDown]
    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _client.Dispose();
        _api.Dispose();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Run_ObjectsAndChanges_ReachCacheAndHandlersInOrder(bool streaming)
    {
        _api.SupportsInitialEvents = streaming;
        await CreateAsync("a");
        await RunAsync();
        Assert.That(_informer.Get("default", "a"), Is.Not.Null);
        var b = await CreateAsync("b");
        b.Data!["key"] = "new";
        await _client.Of<V1ConfigMap>().UpdateAsync(b, default);
        await _client.Of<V1ConfigMap>().DeleteAsync("default", "a", null, default);
        await SeenAsync("+a", "+b", "~b", "-a");
        Assert.That(_informer.List("default").Single().Data!["key"], Is.EqualTo("new"));
        Assert.That(_api.Requests.Any(r => r.Contains("limit=", StringComparison.Ordinal)), Is.EqualTo(!streaming));
    }

    [Test]
    public async Task Watch_EndsNormally_GoesOnFromItsRevisionWithoutListing()
    {
        await RunAsync();
        await CreateAsync("a");
        await SeenAsync("+a");
        _api.EndWatches();
        await CreateAsync("b");
        await SeenAsync("+a", "+b");
        Assert.That(_api.Requests.Count(r => r.Contains("sendInitialEvents", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task Watch_RevisionTooOld_RelistsWithSyntheticDeletions()
    {
        await CreateAsync("a");
        await CreateAsync("b");
        await RunAsync();
        await SeenAsync("+a", "+b");
        _api.Intercept = r => r.RequestUri!.Query.Contains("watch=", StringComparison.Ordinal)
            ? throw new HttpRequestException("down") : null;
        _api.EndWatches();
        await _client.Of<V1ConfigMap>().DeleteAsync("default", "a", null, default);
        await CreateAsync("c");
        _api.EndWatches(forget: true);
        _api.Intercept = null;
        await PumpAsync(() => _seen.Count == 4);
        Assert.That(_seen, Is.EqualTo(new[] { "+a", "+b", "-a", "+c" }));
    }

    [Test]
    public async Task Watch_ServerDown_BacksOffAndRecovers()
    {
        var failures = 0;
        _api.Intercept = _ => ++failures <= 3 ? throw new HttpRequestException("refused") : null;
        await CreateOfflineAsync();
        _running = _set.RunAsync(_stop.Token);
        await PumpAsync(() => _informer.HasSynced);
        Assert.That(failures, Is.GreaterThan(3));
        Assert.That(_time.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), Is.GreaterThan(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task Bookmark_MovesRevision_SoThatNoRelistIsNeeded()
    {
        await RunAsync();
        await CreateAsync("a");
        await SeenAsync("+a");
        _api.Bookmark();
        await CreateAsync("b");
        await SeenAsync("+a", "+b");
        Assert.That(_informer.List(), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task AddHandler_Late_GetsSyntheticAddsThenChanges()
    {
        await CreateAsync("a");
        await RunAsync();
        var late = new List<string>();
        using var handler = _informer.AddHandler(
            o => SeeIn(late, "+" + o.Metadata.Name), null, o => SeeIn(late, "-" + o.Metadata.Name));
        await CreateAsync("b");
        await _client.Of<V1ConfigMap>().DeleteAsync("default", "a", null, default);
        await WaitAsync(() => late.Count == 3);
        Assert.That(late, Is.EqualTo(new[] { "+a", "+b", "-a" }));
    }

    [Test]
    public async Task ByIndex_ObjectChanges_FollowsIt()
    {
        _informer.AddIndex("byValue", o => [o.Data!["key"]]);
        var a = await CreateAsync("a");
        await RunAsync();
        Assert.That(_informer.ByIndex("byValue", "a"), Has.Count.EqualTo(1));
        a.Data!["key"] = "z";
        await _client.Of<V1ConfigMap>().UpdateAsync(a, default);
        await SeenAsync("+a", "~a");
        Assert.That(_informer.ByIndex("byValue", "a"), Is.Empty);
        Assert.That(_informer.ByIndex("byValue", "z"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Of_WhileRunning_StartsAtOnce()
    {
        await RunAsync();
        var pods = _set.Of<V1Pod>();
        await pods.WaitForSyncAsync(_stop.Token);
        Assert.That(pods.HasSynced, Is.True);
        Assert.That(_set.Of<V1Pod>(), Is.SameAs(pods));
    }

    private async Task RunAsync()
    {
        _running = _set.RunAsync(_stop.Token);
        await _set.WaitForSyncAsync(_stop.Token).WaitAsync(TimeSpan.FromSeconds(60));
    }

    private Task<V1ConfigMap> CreateAsync(string name) => _client.Of<V1ConfigMap>().CreateAsync(
        new V1ConfigMap
        {
            Metadata = new V1ObjectMeta { Name = name, Namespace = "default" },
            Data = new Dictionary<string, string> { ["key"] = name },
        },
        default);

    private async Task CreateOfflineAsync()
    {
        var intercept = _api.Intercept;
        _api.Intercept = null;
        await CreateAsync("a");
        _api.Intercept = intercept;
    }

    private void See(string what, V1ConfigMap o) => SeeIn(_seen, what + o.Metadata.Name);

    private static void SeeIn(List<string> list, string what)
    {
        lock (list)
        {
            list.Add(what);
        }
    }

    private async Task SeenAsync(params string[] expected)
    {
        await WaitAsync(() =>
        {
            lock (_seen)
            {
                return _seen.Count >= expected.Length;
            }
        });
        Assert.That(_seen, Is.EqualTo(expected));
    }

    /// <summary>Yields until the condition holds; the dispatcher runs on the pool.</summary>
    private static async Task WaitAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Moves the clock whenever the informer waits for it.</summary>
    private Task PumpAsync(Func<bool> condition) => WaitAsync(() =>
    {
        if (_time.ArmedTimers > 0)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        return condition();
    });
}
