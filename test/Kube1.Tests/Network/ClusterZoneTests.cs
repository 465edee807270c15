using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Informers;
using Kube1.Network.Dns;
using Kube1.Tests.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Network;

public sealed class ClusterZoneTests
{
    private const string Zone = "cluster.local";

    private readonly CancellationTokenSource _stop = new();
    private FakeApi _api = null!;
    private KubeClient _client = null!;
    private Task _running = Task.CompletedTask;
    private ClusterZone _zone = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _api = new FakeApi();
        _client = _api.Client();
        await _client.Of<V1Namespace>().CreateAsync(new V1Namespace { Metadata = new() { Name = "default" } }, _stop.Token);
        foreach (var service in Services())
        {
            await _client.Of<V1Service>().CreateAsync(service, _stop.Token);
        }

        foreach (var slice in Slices())
        {
            await _client.Of<V1EndpointSlice>().CreateAsync(slice, _stop.Token);
        }

        var informers = new InformerSet(_client, TimeProvider.System, NullLoggerFactory.Instance);
        _zone = new ClusterZone(Zone + ".", informers);
        _running = informers.RunAsync(_stop.Token);
        await _zone.WaitForSyncAsync(_stop.Token).WaitAsync(TimeSpan.FromSeconds(60));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
        _api.Dispose();
        _stop.Dispose();
    }

    [TestCase("web.default.svc", nameof(DnsType.A), "web.default.svc.cluster.local A 10.43.0.5")]
    [TestCase("headless.default.svc", nameof(DnsType.A),
        "headless.default.svc.cluster.local A 10.42.0.2;headless.default.svc.cluster.local A 10.42.0.3")]
    [TestCase("db-0.headless.default.svc", nameof(DnsType.A), "db-0.headless.default.svc.cluster.local A 10.42.0.2")]
    [TestCase("10-42-0-3.headless.default.svc", nameof(DnsType.A), "10-42-0-3.headless.default.svc.cluster.local A 10.42.0.3")]
    [TestCase("10-42-0-9.web.default.svc", nameof(DnsType.A), "10-42-0-9.web.default.svc.cluster.local A 10.42.0.9")]
    [TestCase("unready.default.svc", nameof(DnsType.A), "unready.default.svc.cluster.local A 10.42.0.7")]
    [TestCase("10-42-0-5.default.pod", nameof(DnsType.A), "10-42-0-5.default.pod.cluster.local A 10.42.0.5")]
    [TestCase("away.default.svc", nameof(DnsType.A), "away.default.svc.cluster.local Cname www.example.com")]
    [TestCase("away.default.svc", nameof(DnsType.Cname), "away.default.svc.cluster.local Cname www.example.com")]
    [TestCase("dns-version", nameof(DnsType.Txt), "dns-version.cluster.local Txt 1.1.0")]
    [TestCase("_http._tcp.web.default.svc", nameof(DnsType.Srv),
        "_http._tcp.web.default.svc.cluster.local Srv 0 100 80 web.default.svc.cluster.local")]
    [TestCase("web.default.svc", nameof(DnsType.Srv), "web.default.svc.cluster.local Srv 0 100 80 web.default.svc.cluster.local")]
    [TestCase("_sql._tcp.headless.default.svc", nameof(DnsType.Srv),
        "_sql._tcp.headless.default.svc.cluster.local Srv 0 50 5432 db-0.headless.default.svc.cluster.local;"
        + "_sql._tcp.headless.default.svc.cluster.local Srv 0 50 5432 10-42-0-3.headless.default.svc.cluster.local")]
    public void Resolve_NameThatIsThere_GivesItsRecords(string name, string type, string expected) => Assert.Multiple(() =>
    {
        var reply = Ask($"{name}.{Zone}", Enum.Parse<DnsType>(type));
        Assert.That(reply.Code, Is.EqualTo(DnsCode.NoError));
        Assert.That(reply.Answers, Is.EquivalentTo(expected.Split(';')));
        Assert.That(reply.Authority, Is.Empty);
    });

    [TestCase("web.default.svc", nameof(DnsType.Aaaa))]
    [TestCase("web.default.svc", nameof(DnsType.Txt))]
    [TestCase("portless.default.svc", nameof(DnsType.Srv))]
    [TestCase("default.svc", nameof(DnsType.A))]
    [TestCase("svc", nameof(DnsType.A))]
    [TestCase("_tcp.web.default.svc", nameof(DnsType.A))]
    public void Resolve_NameWithoutSuchRecords_IsEmptyWithAuthority(string name, string type) => Assert.Multiple(() =>
    {
        var reply = Ask($"{name}.{Zone}", Enum.Parse<DnsType>(type));
        Assert.That(reply.Code, Is.EqualTo(DnsCode.NoError));
        Assert.That(reply.Answers, Is.Empty);
        Assert.That(reply.Authority, Is.EqualTo(new[] { $"{Zone} Soa ns.dns.{Zone} hostmaster.{Zone}" }));
    });

    [TestCase("missing.default.svc", nameof(DnsType.A))]
    [TestCase("web.missing.svc", nameof(DnsType.A))]
    [TestCase("missing.svc", nameof(DnsType.A))]
    [TestCase("empty.default.svc", nameof(DnsType.A))]
    [TestCase("empty.default.svc", nameof(DnsType.Srv))]
    [TestCase("db-7.headless.default.svc", nameof(DnsType.A))]
    [TestCase("_missing._tcp.web.default.svc", nameof(DnsType.Srv))]
    [TestCase("_http._udp.web.default.svc", nameof(DnsType.Srv))]
    [TestCase("10-42-0-5.missing.pod", nameof(DnsType.A))]
    [TestCase("10-42-0.default.pod", nameof(DnsType.A))]
    [TestCase("a.b.c.d.e.f", nameof(DnsType.A))]
    [TestCase("nothing", nameof(DnsType.A))]
    public void Resolve_NameThatIsNot_SaysSoWithAuthority(string name, string type) => Assert.Multiple(() =>
    {
        var reply = Ask($"{name}.{Zone}", Enum.Parse<DnsType>(type));
        Assert.That(reply.Code, Is.EqualTo(DnsCode.NameError));
        Assert.That(reply.Authority, Has.Count.EqualTo(1));
    });

    [TestCase("5.0.43.10", "web.default.svc.cluster.local")]
    [TestCase("2.0.42.10", "db-0.headless.default.svc.cluster.local")]
    [TestCase("9.0.42.10", "10-42-0-9.web.default.svc.cluster.local")]
    public void Resolve_Reverse_NamesTheService(string name, string target) =>
        Assert.That(
            Ask($"{name}.in-addr.arpa", DnsType.Ptr).Answers, Is.EqualTo(new[] { $"{name}.in-addr.arpa Ptr {target}" }));

    [TestCase("example.com")]
    [TestCase("cluster.local.example.com")]
    [TestCase("notcluster.local")]
    [TestCase("1.2.0.192.in-addr.arpa")]
    [TestCase("nonsense.in-addr.arpa")]
    public void Resolve_NotTheClusters_IsForOthers(string name) =>
        Assert.That(_zone.Resolve(DnsReply.Query(name, DnsType.A)), Is.Null);

    [Test]
    public void Resolve_ServicePorts_BringAddressesAlong() =>
        Assert.That(Ask($"_http._tcp.web.default.svc.{Zone}", DnsType.Srv).Additional, Is.EqualTo(
            new[] { "web.default.svc.cluster.local A 10.43.0.5" }));

    [Test]
    public void Resolve_ManyEndpoints_HaveAWeightAboveZero() =>
        Assert.That(Ask($"many.default.svc.{Zone}", DnsType.Srv).Answers, Has.Count.EqualTo(150).And.All.Contains(" 0 1 53 "));

    [Test]
    public async Task Resolve_ServiceMadeMeanwhile_IsThere()
    {
        var made = Service("later", "10.43.0.77");
        await _client.Of<V1Service>().CreateAsync(made, _stop.Token);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Ask($"later.default.svc.{Zone}", DnsType.A).Answers.Count == 0)
        {
            Assert.That(deadline.IsCancellationRequested, Is.False, "the service never appeared");
            await Task.Yield();
        }
    }

    private DnsReply Ask(string name, DnsType type)
    {
        var query = DnsReply.Query(name, type);
        return new DnsReply(_zone.Resolve(query)!.ToMessage(query, ushort.MaxValue));
    }

    private static IEnumerable<V1Service> Services()
    {
        yield return Service("web", "10.43.0.5", ("http", 80));
        yield return Service("headless", "None", ("sql", 5432));
        yield return Service("empty", "None", ("sql", 5432));
        yield return Service("portless", "None");
        yield return Service("many", "None", ("dns", 53));
        var unready = Service("unready", "None", ("sql", 5432));
        unready.Spec!.PublishNotReadyAddresses = true;
        yield return unready;
        var away = Service("away", "");
        away.Spec = new V1ServiceSpec { Type = "ExternalName", ExternalName = "www.example.com" };
        yield return away;
    }

    private static IEnumerable<V1EndpointSlice> Slices()
    {
        yield return Slice("web", 8080, "http", Endpoint("10.42.0.9"));
        yield return Slice("headless", 5432, "sql", Endpoint("10.42.0.2", "db-0"), Endpoint("10.42.0.4", ready: false));
        yield return Slice("headless", 5432, "sql", Endpoint("10.42.0.3"));
        yield return Slice("empty", 5432, "sql", Endpoint("10.42.0.6", ready: false));
        yield return Slice("unready", 5432, "sql", Endpoint("10.42.0.7", ready: false));
        yield return Slice("many", 53, "dns", [.. Enumerable.Range(0, 150).Select(i => Endpoint($"10.42.1.{i}"))]);
        var portless = Slice("portless", 0, "", Endpoint("10.42.0.8"));
        portless.Ports = null;
        yield return portless;
    }

    private static V1Service Service(string name, string address, params (string Name, int Port)[] ports) => new()
    {
        Metadata = new() { Namespace = "default", Name = name },
        Spec = new()
        {
            ClusterIP = address,
            ClusterIPs = address.Length == 0 ? null : [address],
            Type = "ClusterIP",
            Ports = [.. ports.Select(p => new V1ServicePort { Name = p.Name, Port = p.Port, Protocol = "TCP" })],
        },
    };

    private static int _sliceNumber;

    private static V1EndpointSlice Slice(string service, int port, string portName, params V1Endpoint[] endpoints) => new()
    {
        Metadata = new()
        {
            Namespace = "default",
            Name = $"{service}-{Interlocked.Increment(ref _sliceNumber)}",
            Labels = new() { ["kubernetes.io/service-name"] = service },
        },
        AddressType = "IPv4",
        Ports = [new() { Name = portName, Port = port, Protocol = "TCP" }],
        Endpoints = [.. endpoints],
    };

    private static V1Endpoint Endpoint(string address, string? hostname = null, bool ready = true) =>
        new() { Addresses = [address], Hostname = hostname, Conditions = new() { Ready = ready } };
}
