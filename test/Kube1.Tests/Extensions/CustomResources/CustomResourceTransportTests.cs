using System.Text.Json.Nodes;
using Kube1.ApiServer;
using Kube1.ApiServer.Auth;
using Kube1.Storage;
using Kube1.Testing;
using Kube1.Tests.ApiServer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Extensions.CustomResources;

/// <summary>Custom resources through the real HTTPS port, behind authentication and RBAC, and over a restart.</summary>
public sealed class CustomResourceTransportTests
{
    private const string Crontabs = CustomResourceServer.Crontabs;

    [Test]
    public async Task Https_RulesNameTheResource_AllowItsVerbsAlone()
    {
        await using var cluster = await SecureCluster.StartAsync();
        await cluster.CreateAsync(CustomResourceServer.Definitions, CustomResourceServer.Crontab);
        await using (var watch = await WatchStream.OpenAsync(
            cluster.Admin, CustomResourceServer.Definitions + "?watch=1&resourceVersion=0"))
        {
            while (CustomResourceServer.Condition((await watch.NextAsync()).Object, "Established")?.Text("status") != "True")
            {
                // Served from the event on that says so.
            }
        }

        await cluster.CreateAsync(Crontabs, CustomResourceServer.Object("a", "\"replicas\":1"));
        await cluster.CreateAsync("apis/rbac.authorization.k8s.io/v1/clusterroles", """
            {"metadata":{"name":"crontab-reader"},"rules":[
             {"apiGroups":["stable.example.com"],"resources":["crontabs"],"verbs":["get","list","watch"]},
             {"apiGroups":["stable.example.com"],"resources":["crontabs/scale"],"verbs":["get","patch"]}]}
            """);
        await cluster.CreateAsync("apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """
            {"metadata":{"name":"crontab-reader"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"crontab-reader"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"jane"}]}
            """);
        var jane = cluster.As("jane");

        var (read, _) = await jane.SendAsync("GET", Crontabs + "/a");
        var (scaled, _) = await jane.SendAsync(
            "PATCH", Crontabs + "/a/scale", """{"spec":{"replicas":2}}""", "application/merge-patch+json");
        var (written, refused) = await jane.SendAsync("POST", Crontabs, CustomResourceServer.Object("b"));
        await using var events = await WatchStream.OpenAsync(jane, Crontabs + "?watch=1&resourceVersion=0");

        Assert.That((read, scaled, written), Is.EqualTo((200, 200, 403)));
        Assert.That(refused.Text("message"), Is.EqualTo(
            "crontabs.stable.example.com is forbidden: User \"jane\" cannot create resource \"crontabs\" in API group "
            + "\"stable.example.com\" in the namespace \"default\""));
        Assert.That(await events.NextTextAsync(), Is.EqualTo("ADDED a v1"));
    }

    [Test]
    public async Task Restart_StoredObjects_AreServedAtOnce()
    {
        var directory = Directory.CreateTempSubdirectory("kube1-test-").FullName;
        var time = new ManualTime();
        try
        {
            await using (var first = await OpenAsync(directory, time))
            {
                await first.DefineAsync();
                await first.SendAsync(201, "POST", Crontabs, CustomResourceServer.Object("a", "\"image\":\"x\""));
            }

            await using var second = await OpenAsync(directory, time);
            var read = await second.SendAsync(200, "GET", Crontabs + "/a");
            var selected = await second.SendAsync(200, "GET", Crontabs + "?fieldSelector=spec.image%3Dx");
            var changed = await second.SendAsync(
                200, "PATCH", Crontabs + "/a", """{"spec":{"replicas":1}}""", "application/merge-patch+json");

            Assert.That(read["spec"]!.ToJsonString(), Is.EqualTo("""{"image":"x","cronSpec":"5 0 * * *"}"""));
            Assert.That(selected["items"]!.AsArray(), Has.Count.EqualTo(1));
            Assert.That(changed["metadata"]!["generation"]!.GetValue<int>(), Is.EqualTo(2));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<OwnServer> OpenAsync(string directory, TimeProvider time)
    {
        var store = await Store.OpenAsync(
            new StoreOptions { DirectoryPath = Path.Combine(directory, "db"), Time = time }, [], NullLogger.Instance, default);
        var host = await ApiServerHost.StartAsync(
            new ApiServerOptions(), store, new ApiServerSecurity(new Nobody(), new Everything(), []),
            NullLoggerFactory.Instance, time, default);
        return new OwnServer(store, host);
    }

    /// <summary>A server over a store that outlives it.</summary>
    private sealed class OwnServer(Store store, ApiServerHost host) : IAsyncDisposable
    {
        private readonly HttpClient _http = new(host.CreateInProcessHandler(TestCluster.Administrator))
        {
            BaseAddress = new Uri("https://in-process/"),
        };

        public async Task DefineAsync()
        {
            await SendAsync(201, "POST", CustomResourceServer.Definitions, CustomResourceServer.Crontab);
            await using var watch = await WatchStream.OpenAsync(
                _http, CustomResourceServer.Definitions + "?watch=1&resourceVersion=0");
            while (CustomResourceServer.Condition((await watch.NextAsync()).Object, "Established")?.Text("status") != "True")
            {
                // Served from the event on that says so.
            }
        }

        public async Task<JsonObject> SendAsync(
            int expected, string method, string path, string? body = null, string type = "application/json")
        {
            var (code, answer) = await _http.SendAsync(method, path, body, type);
            Assert.That(code, Is.EqualTo(expected), answer.ToJsonString());
            return answer;
        }

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            await host.DisposeAsync();
            await store.DisposeAsync();
        }
    }

    private sealed class Nobody : IAuthenticator
    {
        public ValueTask<AuthenticationResult> AuthenticateAsync(
            Microsoft.AspNetCore.Http.HttpContext context, CancellationToken cancellationToken) =>
            new(AuthenticationResult.Of(TestCluster.Administrator));
    }

    private sealed class Everything : IAuthorizer
    {
        public AuthorizationDecision Authorize(AuthorizationAttributes attributes) => new(true, "");
    }
}
