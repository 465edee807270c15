using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Audit;
using Kube1.Tests.ApiServer;
using Kube1.Tests.Streaming;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Audit;

/// <summary>Streams to pods: their events have a start, the code of the switch, and nothing of what goes through.</summary>
public sealed class AuditStreamTests
{
    private const string Policy =
        "{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: RequestResponse, resources: [{resources: [pods/exec, pods/log, pods/proxy]}]}]}";

    [Test, CancelAfter(60_000)]
    public async Task Exec_OverSpdy_StartsWith101(CancellationToken ct)
    {
        var events = await EventsAsync(
            async cluster =>
            {
                cluster.Backend.Handle = async context =>
                {
                    context.Response.Headers.Upgrade = "SPDY/3.1";
                    await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
                };
                using var tcp = new TcpClient();
                await tcp.ConnectAsync(cluster.Cluster.Address.Host, cluster.Cluster.Address.Port, ct);
                await using var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false, LoopbackServers.Trust);
                await tls.AuthenticateAsClientAsync("localhost");
                await tls.WriteAsync(Encoding.ASCII.GetBytes(
                    $"POST /{ProxiedCluster.Pods}/web/exec?container=a&command=ls HTTP/1.1\r\nHost: kube1\r\nConnection: Upgrade\r\n"
                    + "Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\nContent-Length: 0\r\n\r\n"), ct);
                var answer = await new StreamReader(tls).ReadLineAsync(ct);
                Assert.That(answer, Does.StartWith("HTTP/1.1 101 "));
            });

        Assert.That(
            events.Select(e => (e.Text("stage"), e.Text("verb"), e.Text("objectRef.subresource"), e.Text("responseStatus.code"))),
            Is.EqualTo([
                ("RequestReceived", "create", "exec", ""), ("ResponseStarted", "create", "exec", "101"),
                ("ResponseComplete", "create", "exec", "101"),
            ]));
        Assert.That(events[0].Text("requestURI"), Does.EndWith("/web/exec?container=a&command=ls"));
    }

    [Test]
    public async Task Log_WithoutALine_StillStartsBeforeItEnds()
    {
        var events = await EventsAsync(async cluster =>
        {
            cluster.Backend.Handle = _ => Task.CompletedTask;
            await cluster.Http.SendAsync("GET", ProxiedCluster.Pods + "/web/log?container=a");
        });

        Assert.That(
            events.Select(e => e.Text("stage")), Is.EqualTo(["RequestReceived", "ResponseStarted", "ResponseComplete"]));
    }

    [Test]
    public async Task LogsAndProxies_HaveNoObjects()
    {
        var events = await EventsAsync(async cluster =>
        {
            cluster.Backend.Handle = context => context.Response.WriteAsync("""{"kind":"Secret"}""");
            await cluster.Http.SendAsync("GET", ProxiedCluster.Pods + "/web/log?container=a");
            await cluster.Http.SendAsync("POST", ProxiedCluster.Pods + "/web:8080/proxy/a", """{"kind":"Secret"}""");
        });

        Assert.That(
            events.Where(e => e.Text("stage") != "RequestReceived").Select(e => (e.Text("objectRef.subresource"), e.Text("stage"))),
            Is.EqualTo([
                ("log", "ResponseStarted"), ("log", "ResponseComplete"), ("proxy", "ResponseStarted"), ("proxy", "ResponseComplete"),
            ]));
        Assert.That(events.Select(e => e.ToJsonString()), Has.None.Contains("Secret"));
    }

    private static async Task<List<JsonObject>> EventsAsync(Func<ProxiedCluster, Task> use)
    {
        var directory = Directory.CreateTempSubdirectory("kube1-audit-");
        var (policy, log) = (Path.Combine(directory.FullName, "policy.yaml"), Path.Combine(directory.FullName, "audit.log"));
        await File.WriteAllTextAsync(policy, Policy);
        var options = new AuditOptions { PolicyFile = policy, Log = new() { Path = log } };
        await using (var cluster = await ProxiedCluster.StartAsync(
            Auditor.Open(options, TimeProvider.System, NullLoggerFactory.Instance)))
        {
            await use(cluster);
        }

        List<JsonObject> events = [.. (await File.ReadAllLinesAsync(log)).Select(line => JsonNode.Parse(line)!.AsObject())];
        directory.Delete(recursive: true);
        return events;
    }
}
