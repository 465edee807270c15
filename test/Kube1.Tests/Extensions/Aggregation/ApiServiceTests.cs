using System.Text.Json.Nodes;
using Kube1.Testing;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.Aggregation;

/// <summary>The APIService objects: those that the server keeps for what it serves itself, and the condition of the others.</summary>
/// <remarks>Alone: the metrics of a process are those of all its servers, and others have an APIService of this name too.</remarks>
[NonParallelizable]
public sealed class ApiServiceTests
{
    private const string Definitions = "apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";

    private AggregationCluster _cluster = null!;

    [SetUp]
    public async Task StartAsync() => _cluster = await AggregationCluster.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task BuiltIn_AfterTheStart_AreLocalAndAvailable()
    {
        var (_, list) = await _cluster.Admin.SendAsync("GET", AggregationCluster.ApiServices);
        var services = list["items"]!.AsArray().ToDictionary(i => (string)i!["metadata"]!["name"]!, i => i!.AsObject());

        Assert.That(services.Keys, Is.SupersetOf(new[] { "v1.", "v1.apps", "v2.autoscaling", "v1.rbac.authorization.k8s.io" }));
        Assert.That(services.Keys, Has.None.EqualTo("v1.apiregistration.k8s.io"));
        var apps = services["v1.apps"];
        Assert.That(apps["metadata"]!["labels"]!.ToJsonString(), Is.EqualTo(
            """{"kube-aggregator.kubernetes.io/automanaged":"onstart"}"""));
        Assert.That(apps["spec"]!.ToJsonString(), Is.EqualTo(
            """{"group":"apps","version":"v1","groupPriorityMinimum":17800,"versionPriority":15}"""));
        var condition = apps["status"]!["conditions"]![0]!;
        Assert.That(
            ((string?)condition["type"], (string?)condition["status"], (string?)condition["reason"], (string?)condition["message"]),
            Is.EqualTo(("Available", "True", "Local", "Local APIServices are always available")));
        Assert.That(services.Values.Select(s => (string?)s["status"]?["conditions"]?[0]?["reason"]), Is.All.EqualTo("Local"));
        Assert.That(apps["metadata"]!["managedFields"]!.AsArray().Select(f => (string?)f!["subresource"] ?? ""), Is.EquivalentTo(
            new[] { "", "status" }));
    }

    [Test]
    public async Task BuiltIn_Deleted_DoesNotComeBackAndIsServedAllTheSame()
    {
        await _cluster.Admin.SendAsync("DELETE", AggregationCluster.ApiServices + "/v1.apps");

        // The registrar has seen the deletion once it has acted on what came after it.
        await CreateDefinitionAsync();
        await _cluster.WaitForAsync("True", "Local");
        Assert.That((await _cluster.Admin.SendAsync("GET", AggregationCluster.ApiServices + "/v1.apps")).Code, Is.EqualTo(404));
        Assert.That((await _cluster.Admin.SendAsync("GET", "apis/apps/v1/deployments")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task Custom_DefinitionCreatedAndDeleted_ComesAndGoes()
    {
        await CreateDefinitionAsync();
        await _cluster.WaitForAsync("True", "Local");
        var (_, service) = await _cluster.Admin.SendAsync("GET", AggregationCluster.ApiServices + "/v1.example.org");

        Assert.That(service["spec"]!.ToJsonString(), Is.EqualTo(
            """{"group":"example.org","version":"v1","groupPriorityMinimum":1000,"versionPriority":100}"""));
        Assert.That(service["metadata"]!["labels"]!.ToJsonString(), Is.EqualTo(
            """{"kube-aggregator.kubernetes.io/automanaged":"true"}"""));

        // Who deletes it gets it back, as long as there is the definition.
        await _cluster.Admin.SendAsync("DELETE", AggregationCluster.ApiServices + "/v1.example.org");
        await _cluster.WaitForAsync("True", "Local");
        await _cluster.Admin.SendAsync("DELETE", Definitions + "/gadgets.example.org");
        await _cluster.AskUntilAsync(AggregationCluster.ApiServices + "/v1.example.org", a => a.Text("code") == "404");
    }

    [Test]
    public async Task Custom_TakenOverByAServer_IsLeftAloneAndServedByIt()
    {
        await CreateDefinitionAsync();
        await _cluster.WaitForAsync("True", "Local");
        await _cluster.AddServiceAsync();
        await _cluster.AddEndpointsAsync();

        // Without the label it is nobody's but the client's.
        var (_, service) = await _cluster.Admin.SendAsync("GET", AggregationCluster.ApiServices + "/v1.example.org");
        service["metadata"]!["labels"] = null;
        service["spec"]!["service"] = new JsonObject { ["namespace"] = "default", ["name"] = "api" };
        service["spec"]!["caBundle"] = _cluster.Server.CaBundle;
        var (code, answer) = await _cluster.Admin.SendAsync(
            "PUT", AggregationCluster.ApiServices + "/v1.example.org", service.ToJsonString());
        Assert.That(code, Is.EqualTo(200), answer.ToJsonString());
        await _cluster.WaitForAsync("True", "Passed");

        Assert.That((await _cluster.Admin.SendAsync("GET", "apis/example.org/v1/gadgets")).Code, Is.EqualTo(404));
        Assert.That(
            (await _cluster.Admin.SendAsync("GET", "apis/example.org/v1/flunders")).Body.Text("kind"), Is.EqualTo("FlunderList"));

        // And back again.
        await _cluster.Admin.SendAsync("DELETE", AggregationCluster.ApiServices + "/v1.example.org");
        await _cluster.WaitForAsync("True", "Local");
        Assert.That((await _cluster.Admin.SendAsync("GET", "apis/example.org/v1/gadgets")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task Remote_StepByStep_HasUpstreamsReasons()
    {
        await _cluster.AddApiServiceAsync();
        Assert.That(
            await _cluster.WaitForAsync("False", "ServiceNotFound"),
            Is.EqualTo("service/api in \"default\" is not present"));
        await _cluster.AddServiceAsync();
        Assert.That(
            await _cluster.WaitForAsync("False", "EndpointsNotFound"),
            Is.EqualTo("cannot find endpointslices for service/api in \"default\""));
        await _cluster.AddEndpointsAsync(isReady: false);
        Assert.That(
            await _cluster.WaitForAsync("False", "MissingEndpoints"),
            Is.EqualTo("endpointslices for service/api in \"default\" have no addresses with port name \"https\""));
        await _cluster.AddEndpointsAsync(name: "api-2");
        Assert.That(await _cluster.WaitForAsync("True", "Passed"), Is.EqualTo("all checks passed"));

        await _cluster.Admin.SendAsync("DELETE", "api/v1/namespaces/default/services/api");
        await _cluster.WaitForAsync("False", "ServiceNotFound");

        // It counts once the condition is written.
        const string counted = "aggregator_unavailable_apiservice_total{name=\"v1.example.org\",reason=\"ServiceNotFound\"} ";
        var metrics = await _cluster.AskUntilAsync(
            "metrics", m => m.Text("text").Contains(counted, StringComparison.Ordinal));
        Assert.That(metrics.Text("text"), Does.Contain("aggregator_unavailable_apiservice{name=\"v1.example.org\"} 1"));
        Assert.That(metrics.Text("text"), Does.Contain("aggregator_unavailable_apiservice{name=\"v1.apps\"} 0"));
    }

    [Test]
    public async Task Remote_PortThatTheServiceHasNot_IsToldOf()
    {
        await _cluster.AddServiceAsync();
        await _cluster.AddApiServiceAsync("\"service\":{\"namespace\":\"default\",\"name\":\"api\",\"port\":444}");

        Assert.That(
            await _cluster.WaitForAsync("False", "ServicePortError"),
            Is.EqualTo("service/api in \"default\" is not listening on port 444"));
    }

    [Test]
    public async Task Remote_ServerThatRefuses_FailsTheDiscoveryCheckUntilItAnswers()
    {
        _cluster.Server.On("/apis/example.org/v1", 500, "{}");
        await _cluster.AddServiceAsync();
        await _cluster.AddEndpointsAsync();
        await _cluster.AddApiServiceAsync();
        Assert.That(
            await _cluster.WaitForAsync("False", "FailedDiscoveryCheck"),
            Is.EqualTo(
                "failing or missing response from https://api.default.svc:443/apis/example.org/v1: "
                + "bad status from https://api.default.svc:443/apis/example.org/v1: 500"));

        _cluster.Server.Restore("/apis/example.org/v1");
        await _cluster.Time.AdvanceUntilAsync(TimeSpan.FromSeconds(30), _cluster.WaitForAsync("True", "Passed"));
        Assert.That(
            _cluster.Server.Requests.Where(r => r.Target == "/apis/example.org/v1").Select(r => r.User).Distinct(),
            Does.Contain("system:kube-aggregator"));
    }

    [Test]
    public async Task Remote_ThatStopsAnswering_IsFoundOutWithinHalfAMinute()
    {
        await _cluster.RegisterAsync();
        _cluster.Network.Port = 1;
        _cluster.Server.On("/apis/example.org/v1", 503, "{}");
        var lost = await _cluster.Time.AdvanceUntilAsync(
            TimeSpan.FromSeconds(30), _cluster.WaitForAsync("False", "FailedDiscoveryCheck"));

        Assert.That(lost, Does.StartWith("failing or missing response from https://api.default.svc:443/apis/example.org/v1: "));
    }

    [Test]
    public async Task List_AsATable_HasUpstreamsColumns()
    {
        await _cluster.RegisterAsync();
        var (_, table) = await _cluster.Admin.SendAsync("GET", AggregationCluster.ApiServices, accept: Table);
        var rows = table["rows"]!.AsArray().Select(r => r!["cells"]!.AsArray().Take(3).Select(c => (string)c!).ToArray()).ToList();

        Assert.That(
            table["columnDefinitions"]!.AsArray().Select(c => (string)c!["name"]!),
            Is.EqualTo(new[] { "Name", "Service", "Available", "Age" }));
        Assert.That(rows, Has.One.EqualTo(new[] { "v1.apps", "Local", "True" }));
        Assert.That(rows, Has.One.EqualTo(new[] { "v1.example.org", "default/api", "True" }));
    }

    [Test]
    public async Task Start_Again_WritesNothing()
    {
        await _cluster.Admin.SendAsync("DELETE", AggregationCluster.ApiServices + "/v1.apps");
        var directory = Directory.CreateTempSubdirectory("kube1-test-").FullName;
        try
        {
            long first;
            await using (var store = await OpenAsync(directory))
            {
                await using var server = await StartAsync(store);
                first = store.CurrentRevision;
            }

            await using (var store = await OpenAsync(directory))
            {
                var before = Count(store);
                await using var server = await StartAsync(store);
                Assert.That(Count(store), Is.EqualTo(before).And.GreaterThan(15));
                Assert.That(LastWriteOf(store), Is.LessThanOrEqualTo(first));
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private Task CreateDefinitionAsync() => _cluster.Secure.CreateAsync(
        Definitions,
        """{"metadata":{"name":"gadgets.example.org"},"spec":{"group":"example.org","scope":"Namespaced","names":{"plural":"gadgets","singular":"gadget","kind":"Gadget","listKind":"GadgetList"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}""");

    private static ValueTask<Kube1.Storage.Store> OpenAsync(string directory) => new(Kube1.Storage.Store.OpenAsync(
        new Kube1.Storage.StoreOptions { DirectoryPath = directory, Time = TimeProvider.System }, [],
        Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, CancellationToken.None));

    private static Task<Kube1.ApiServer.ApiServerHost> StartAsync(Kube1.Storage.Store store)
    {
        var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var security = Kube1.ApiServer.Auth.SecurityComposition.Create(
            new Kube1.ApiServer.Auth.SecurityOptions { ClientCas = [], ServiceAccountKey = key }, store, TimeProvider.System);
        return Kube1.ApiServer.ApiServerHost.StartAsync(
            new Kube1.ApiServer.ApiServerOptions(), store, security,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
    }

    private static IEnumerable<Kube1.Storage.StoredEntry> EntriesOf(Kube1.Storage.Store store)
    {
        foreach (var entry in store.GetOrAddCollection(
            new Kube1.Storage.CollectionDefinition("apiservices.apiregistration.k8s.io")).Snapshot.Range(""))
        {
            yield return entry;
        }
    }

    private static int Count(Kube1.Storage.Store store) => EntriesOf(store).Count();

    private static long LastWriteOf(Kube1.Storage.Store store) => EntriesOf(store).Max(e => e.Revision);
}
