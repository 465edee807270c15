using System.Net;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Informers;
using Kube1.Network;
using Kube1.Network.Hosts;
using Kube1.Network.Overlay;
using Kube1.Testing;
using Kube1.Tests.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Network;

public sealed class HostGatewayRoutesTests
{
    private readonly ManualTime _time = new();
    private readonly FakeHostNetwork _network = new();
    private CancellationTokenSource _stop = null!;
    private FakeApi _api = null!;
    private KubeClient _client = null!;
    private Task _running = Task.CompletedTask;

    internal static NetworkOptions Options { get; } = new()
    {
        Instance = "kube1-test",
        NodeName = "here",
        ClusterCidr = IPNetwork.Parse("10.42.0.0/16"),
        ServiceCidr = IPNetwork.Parse("10.43.0.0/16"),
        ClusterDns = IPAddress.Parse("10.43.0.10"),
        ClusterDomain = "cluster.local",
        CniConfigDirectory = "/nonexistent",
        CniDataDirectory = "/nonexistent",
    };

    [SetUp]
    public async Task StartAsync()
    {
        _stop = new CancellationTokenSource();
        _network.Reset();
        _api = new FakeApi();
        _client = _api.Client();
        await CreateAsync("here", "10.42.0.0/24", "192.0.2.1");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
        _api.Dispose();
        _stop.Dispose();
    }

    [Test]
    public async Task Run_NodesComeMoveAndGo_RoutesFollow()
    {
        await CreateAsync("second", "10.42.1.0/24", "192.0.2.2");
        Run();
        await _network.WaitForAsync("10.42.1.0/24 via 192.0.2.2");
        await CreateAsync("third", "10.42.2.0/24", "2001:db8::3", "192.0.2.3");
        await _network.WaitForAsync("10.42.1.0/24 via 192.0.2.2", "10.42.2.0/24 via 192.0.2.3");
        var second = (await _client.Of<V1Node>().GetAsync(null, "second", _stop.Token))!;
        second.Status!.Addresses![0].Address = "192.0.2.22";
        await _client.Of<V1Node>().UpdateStatusAsync(second, _stop.Token);
        await _network.WaitForAsync("10.42.1.0/24 via 192.0.2.22", "10.42.2.0/24 via 192.0.2.3");
        await _client.Of<V1Node>().DeleteAsync(null, "third", null, _stop.Token);
        await _network.WaitForAsync("10.42.1.0/24 via 192.0.2.22");
    }

    [Test]
    public async Task Run_RoutesFromBefore_RemovesOursAlone()
    {
        _network.Add("10.42.9.0/24", "192.0.2.9");
        _network.Add("10.99.0.0/24", "192.0.2.9");
        Run();
        await _network.WaitForAsync("10.99.0.0/24 via 192.0.2.9");
    }

    [Test]
    public async Task Run_KernelRefuses_TriesAgainLater()
    {
        await CreateAsync("second", "10.42.1.0/24", "192.0.2.2");
        _network.Refusals = 1;
        Run();
        await _network.Refused.Task.WaitAsync(TimeSpan.FromSeconds(60));
        while (_network.Routes.Count == 0)
        {
            // The delay is armed at some time after the refusal; each step lets it pass.
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        await _network.WaitForAsync("10.42.1.0/24 via 192.0.2.2");
    }

    private void Run()
    {
        var informers = new InformerSet(_client, TimeProvider.System, NullLoggerFactory.Instance);
        var routes = new HostGatewayRoutes(Options, _network, informers, _time, NullLogger<HostGatewayRoutes>.Instance);
        _running = Task.WhenAll(informers.RunAsync(_stop.Token), routes.RunAsync(_stop.Token));
    }

    private Task CreateAsync(string name, string range, params string[] addresses) => _client.Of<V1Node>().CreateAsync(
        new V1Node
        {
            Metadata = new() { Name = name },
            Spec = new() { PodCIDR = range },
            Status = new() { Addresses = [.. addresses.Select(a => new V1NodeAddress { Type = "InternalIP", Address = a })] },
        },
        _stop.Token);

    /// <summary>A host whose routes are a list.</summary>
    private sealed class FakeHostNetwork : IHostNetwork
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<IPNetwork, IPAddress> _routes = [];
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Refusals { get; set; }

        public TaskCompletionSource Refused { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string> Routes
        {
            get
            {
                lock (_lock)
                {
                    return [.. _routes.Select(r => $"{r.Key} via {r.Value}").Order(StringComparer.Ordinal)];
                }
            }
        }

        public void Reset()
        {
            _routes.Clear();
            Refusals = 0;
            Refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        public void Add(string range, string gateway) => _routes[IPNetwork.Parse(range)] = IPAddress.Parse(gateway);

        public async Task WaitForAsync(params string[] routes)
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (true)
            {
                Task changed;
                lock (_lock)
                {
                    changed = _changed.Task;
                }

                if (Routes.SequenceEqual(routes))
                {
                    return;
                }

                await changed.WaitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Assert.That(deadline.IsCancellationRequested, Is.False, $"routes are {string.Join(", ", Routes)}");
            }
        }

        public IReadOnlyList<GatewayRoute> ListRoutes(byte protocol)
        {
            Assert.That(protocol, Is.EqualTo(HostGatewayRoutes.RouteProtocol));
            lock (_lock)
            {
                return [.. _routes.Select(r => new GatewayRoute(r.Key, r.Value))];
            }
        }

        public void ReplaceRoute(GatewayRoute route, byte protocol) => Change(() => _routes[route.Destination] = route.Gateway);

        public void RemoveRoute(GatewayRoute route, byte protocol) => Change(() => _routes.Remove(route.Destination));

        public IPAddress? DefaultAddress() => null;

        public int DefaultMtu() => 1500;

        public void EnsureLoopbackAddress(IPAddress address) => throw new NotSupportedException();

        public void RemoveLoopbackAddress(IPAddress address) => throw new NotSupportedException();

        private void Change(Action change)
        {
            lock (_lock)
            {
                if (Refusals > 0)
                {
                    Refusals--;
                    Refused.TrySetResult();
                    throw new IOException("Network is unreachable");
                }

                change();
                _changed.TrySetResult();
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
