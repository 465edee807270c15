using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Quotas;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Kube1.Controllers;
using Kube1.Controllers.ResourceQuotas;
using Kube1.Controllers.VolumeProtection;
using Kube1.Tests.ApiServer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Controllers;

/// <summary>The controllers that work hand in hand with admission, against a real API server with all of it.</summary>
[TestFixture]
public sealed class QuotaControllerTests
{
    private const string Quotas = "api/v1/namespaces/default/resourcequotas";
    private const string Pods = "api/v1/namespaces/default/pods";
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const string Claims = "api/v1/namespaces/default/persistentvolumeclaims";

    private SecureCluster _cluster = null!;
    private CancellationTokenSource _stop = null!;
    private Task _running = null!;

    [SetUp]
    public async Task SetUp()
    {
        _cluster = await SecureCluster.StartAsync();
        await _cluster.CreateAsync("api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"default"}}""");
        _stop = new CancellationTokenSource();
        var client = _cluster.Cluster.Client;
        var informers = new InformerSet(client, TimeProvider.System, NullLoggerFactory.Instance);
        var context = new ControllerContext
        {
            ClientFor = _ => client, ApiServer = client, Informers = informers, Time = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
        };
        IController[] controllers =
        [
            new ResourceQuotaController(context), new ClaimProtectionController(context), new VolumeProtectionController(context),
        ];
        _running = Task.WhenAll(controllers.Select(c => c.RunAsync(_stop.Token)).Append(informers.RunAsync(_stop.Token)));
    }

    [TearDown]
    public async Task TearDown()
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // A controller whose caches were still filling when the test was done.
        }

        _stop.Dispose();
        await _cluster.DisposeAsync();
    }

    [Test]
    public async Task NewQuota_WhatIsThere_IsCounted()
    {
        await _cluster.CreateAsync(Pods, Pod("p1"));
        await _cluster.CreateAsync(Pods, Pod("p2"));
        await _cluster.CreateAsync(ConfigMaps, """{"metadata":{"name":"m"}}""");
        await _cluster.CreateAsync(
            "api/v1/namespaces/default/services", """{"metadata":{"name":"s"},"spec":{"type":"NodePort","ports":[{"port":80}]}}""");

        await QuotaAsync(
            """
            {"pods":"9","requests.cpu":"9","services.nodeports":"9","configmaps":"9","count/roles.rbac.authorization.k8s.io":"9",
            "count/widgets.example.com":"9"}
            """);

        await UsedAsync(
            "configmaps=1,count/roles.rbac.authorization.k8s.io=0,pods=2,requests.cpu=200m,services.nodeports=1");
    }

    [Test]
    public async Task DeletedObject_Any_IsCredited()
    {
        await QuotaAsync("""{"pods":"1","configmaps":"1"}""");
        await UsedAsync("configmaps=0,pods=0");
        await _cluster.CreateAsync(Pods, Pod("p1"));
        await _cluster.CreateAsync(ConfigMaps, """{"metadata":{"name":"m"}}""");
        await UsedAsync("configmaps=1,pods=1");

        await _cluster.Admin.SendAsync("DELETE", Pods + "/p1?gracePeriodSeconds=0");
        await _cluster.Admin.SendAsync("DELETE", ConfigMaps + "/m");

        await UsedAsync("configmaps=0,pods=0");
        await _cluster.CreateAsync(Pods, Pod("p2"));
    }

    [Test]
    public async Task EndedPod_HoldsNoResources_ButIsThere()
    {
        await QuotaAsync("""{"pods":"1","count/pods":"2"}""");
        await UsedAsync("count/pods=0,pods=0");
        await _cluster.CreateAsync(Pods, Pod("p1"));

        await _cluster.Admin.SendAsync(
            "PATCH", Pods + "/p1/status", """{"status":{"phase":"Succeeded"}}""", "application/merge-patch+json");

        await UsedAsync("count/pods=1,pods=0");
    }

    [Test]
    public async Task TakenName_ChargedInVain_IsCredited()
    {
        await QuotaAsync("""{"configmaps":"5"}""");
        await UsedAsync("configmaps=0");
        await _cluster.CreateAsync(ConfigMaps, """{"metadata":{"name":"m"}}""");
        await UsedAsync("configmaps=1");

        var (code, _) = await _cluster.Admin.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"m"}}""");

        Assert.That(code, Is.EqualTo(409));
        await UsedAsync("configmaps=1");
    }

    [Test]
    public async Task ChangedHard_IsTakenOver()
    {
        await QuotaAsync("""{"pods":"1"}""");
        await UsedAsync("pods=0");

        await _cluster.Admin.SendAsync(
            "PATCH", Quotas + "/q", """{"spec":{"hard":{"secrets":"4"}}}""", "application/merge-patch+json");

        await UsedAsync("pods=0,secrets=0");
    }

    [Test]
    public async Task CreateAndDelete_UnderLoad_NeverExceedsTheQuota()
    {
        await QuotaAsync("""{"configmaps":"5"}""");
        await UsedAsync("configmaps=0");
        var most = 0;

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async worker =>
        {
            for (var i = 0; i < 40; i++)
            {
                var name = $"m{worker}-{i}";
                _cluster.Time.Advance(TimeSpan.FromMilliseconds(20));
                var (code, _) = await _cluster.Admin.SendAsync(
                    "POST", ConfigMaps, "{\"metadata\":{\"name\":\"" + name + "\"}}");
                var (_, list) = await _cluster.Admin.SendAsync("GET", ConfigMaps);
                InterlockedMax(ref most, list["items"]!.AsArray().Count);
                if (code == 201 && i % 2 == 0)
                {
                    await _cluster.Admin.SendAsync("DELETE", $"{ConfigMaps}/{name}");
                }
            }
        }));

        Assert.That(most, Is.InRange(1, 5));
        var (_, left) = await _cluster.Admin.SendAsync("GET", ConfigMaps);
        await UsedAsync($"configmaps={left["items"]!.AsArray().Count}");
    }

    [Test]
    public async Task DeletedClaim_UsedByAPod_GoesWithThePod()
    {
        await _cluster.CreateAsync(Claims, Claim);
        await _cluster.CreateAsync(
            Pods,
            """
            {"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}],
            "volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"c"}}]}}
            """);

        await _cluster.Admin.SendAsync("DELETE", Claims + "/c");
        var (code, held) = await _cluster.Admin.SendAsync("GET", Claims + "/c");
        await _cluster.Admin.SendAsync("DELETE", Pods + "/p?gracePeriodSeconds=0");
        await GoneAsync<V1PersistentVolumeClaim>("default", "c");

        Assert.That(code, Is.EqualTo(200));
        Assert.That(held["metadata"]!["deletionTimestamp"], Is.Not.Null);
    }

    [Test]
    public async Task DeletedClaim_UsedByNobody_Goes()
    {
        await _cluster.CreateAsync(Claims, Claim);

        await _cluster.Admin.SendAsync("DELETE", Claims + "/c");

        await GoneAsync<V1PersistentVolumeClaim>("default", "c");
    }

    [Test]
    public async Task DeletedVolume_Bound_GoesWhenReleased()
    {
        const string path = "api/v1/persistentvolumes";
        await _cluster.CreateAsync(
            path,
            """
            {"metadata":{"name":"v"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],
            "hostPath":{"path":"/x"}}}
            """);
        await PhaseAsync("Bound");
        await _cluster.Admin.SendAsync("DELETE", path + "/v");
        var (code, _) = await _cluster.Admin.SendAsync("GET", path + "/v");

        await PhaseAsync("Released");
        await GoneAsync<V1PersistentVolume>(null, "v");

        Assert.That(code, Is.EqualTo(200));

        async Task PhaseAsync(string phase) => await _cluster.Admin.SendAsync(
            "PATCH", path + "/v/status", "{\"status\":{\"phase\":\"" + phase + "\"}}", "application/merge-patch+json");
    }

    private const string Claim =
        """
        {"metadata":{"name":"c"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}
        """;

    private static string Pod(string name) =>
        $$$$"""
        {"metadata":{"name":"{{{{name}}}}"},"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"100m"}}}]}}
        """;

    private static void InterlockedMax(ref int target, int value)
    {
        int before;
        while (value > (before = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, before) != before)
        {
        }
    }

    private Task QuotaAsync(string hard) =>
        _cluster.CreateAsync(Quotas, "{\"metadata\":{\"name\":\"q\"},\"spec\":{\"hard\":" + hard + "}}");

    private Task UsedAsync(string expected)
    {
        // On the server's clock what was charged so far has been stored for a while.
        _cluster.Time.Advance(TimeSpan.FromSeconds(1));
        return _cluster.Cluster.WaitForAsync<V1ResourceQuota>(
            q => ResourceSums.AreEqual(q.Status?.Hard, q.Spec?.Hard) && ResourceSums.Text(q.Status?.Used ?? []) == expected);
    }

    // The watch tells of what is there and of what goes.
    private async Task GoneAsync<T>(string? ns, string name)
        where T : class, IKubernetesKind
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var client = _cluster.Cluster.Client.Of<T>();
        var list = await client.ListAsync(ns, null, timeout.Token);
        if (list.Items.All(o => o.Metadata.Name != name))
        {
            return;
        }

        await foreach (var change in client.WatchAsync(
            ns, new Kube1.Client.ListOptions { ResourceVersion = list.Metadata.ResourceVersion }, timeout.Token))
        {
            if (change.Type == Kube1.Client.WatchEventType.Deleted && change.Object.Metadata.Name == name)
            {
                return;
            }
        }
    }
}
