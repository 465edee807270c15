using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;
using Kube1.Tests.Extensions.Webhooks;
using Microsoft.AspNetCore.Http;

namespace Kube1.Tests.Extensions.CustomResources;

/// <summary>Requests that are under way while their definition goes.</summary>
public sealed class DefinitionRaceTests
{
    private const string Definitions = CustomResourceServer.Definitions;
    private const string Definition = Definitions + "/" + CustomResourceServer.Name;
    private const string Crontabs = CustomResourceServer.Crontabs;

    private TaskCompletionSource _called = null!;
    private TaskCompletionSource _released = null!;
    private WebhookCluster _cluster = null!;

    [SetUp]
    public async Task StartAsync()
    {
        (_called, _released) = (new TaskCompletionSource(), new TaskCompletionSource());
        _cluster = await WebhookCluster.StartAsync();
        _cluster.Hooks.On("slow", async context =>
        {
            var review = await _cluster.Hooks.ReadAsync(context);
            _called.TrySetResult();
            await _released.Task;
            await context.Response.WriteAsync(
                $$$"""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"{{{review.Text("request.uid")}}}","allowed":true}}""");
        });
        await DefineAsync();
    }

    [TearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task Create_DefinitionGoneMeanwhile_LeavesNothingForTheNextOne()
    {
        var create = await BeginCreateAsync();
        await _cluster.Admin.SendAsync("DELETE", Definition);
        await WaitAsync(gone: true);
        _released.SetResult();
        var (code, status) = await create;

        Assert.That((code, status.Text("message")), Is.EqualTo((404, "the server could not find the requested resource")));
        await DefineAsync();
        Assert.That((await _cluster.Admin.SendAsync("GET", Crontabs)).Body["items"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Create_AnotherDefinitionMeanwhile_IsNotOfIt()
    {
        var create = await BeginCreateAsync();
        await _cluster.Admin.SendAsync("DELETE", Definition);
        await WaitAsync(gone: true);
        await DefineAsync();
        _released.SetResult();

        Assert.That((await create).Code, Is.EqualTo(404));
        Assert.That((await _cluster.Admin.SendAsync("GET", Crontabs)).Body["items"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Create_DefinitionEndsMeanwhile_IsForbidden()
    {
        await _cluster.Admin.SendAsync(
            "POST", Crontabs, CustomResourceServer.Object("held", metadata: ",\"finalizers\":[\"example.com/hold\"]"));
        var create = await BeginCreateAsync();
        await _cluster.Admin.SendAsync("DELETE", Definition);
        _released.SetResult();
        var (code, status) = await create;

        Assert.That((code, status.Text("message")), Is.EqualTo((
            403, "crontabs.stable.example.com \"late\" is forbidden: create not allowed while custom resource definition is terminating")));
    }

    private async Task<Task<(int Code, JsonObject Body)>> BeginCreateAsync()
    {
        await _cluster.AddAsync(isMutating: false, "slow", WebhookCluster.Rules("CREATE", "stable.example.com", "v1", "crontabs"));
        var create = _cluster.Admin.SendAsync("POST", Crontabs, CustomResourceServer.Object("late"));
        await _called.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return create;
    }

    private async Task DefineAsync()
    {
        var (code, body) = await _cluster.Admin.SendAsync("POST", Definitions, CustomResourceServer.Crontab);
        Assert.That(code, Is.EqualTo(201), body.ToJsonString());
        await WaitAsync(gone: false);
    }

    private async Task WaitAsync(bool gone)
    {
        await using var watch = await WatchStream.OpenAsync(
            _cluster.Admin, $"{Definitions}?watch=1&fieldSelector=metadata.name%3D{CustomResourceServer.Name}");
        var isThere = (await _cluster.Admin.SendAsync("GET", Definition)).Code == 200;
        while (isThere)
        {
            var (type, obj) = await watch.NextAsync();
            if (gone ? type == "DELETED" : CustomResourceServer.Condition(obj, "Established")?.Text("status") == "True")
            {
                return;
            }
        }
    }
}
