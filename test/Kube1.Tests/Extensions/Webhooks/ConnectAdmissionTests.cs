using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.ApiServer.Http;
using Kube1.Tests.ApiServer;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.AspNetCore.Http;

namespace Kube1.Tests.Extensions.Webhooks;

/// <summary>What admission sees of streams and proxies.</summary>
public sealed class ConnectAdmissionTests
{
    [TestCase("pods", "exec", "", "?command=ls&command=-l&container=c&stdin=1&tty=true&stderr=false", """{"kind":"PodExecOptions","apiVersion":"v1","stdin":true,"stdout":true,"tty":true,"container":"c","command":["ls","-l"]}""")]
    [TestCase("pods", "attach", "", "?stdout=0", """{"kind":"PodAttachOptions","apiVersion":"v1","stderr":true}""")]
    [TestCase("pods", "portforward", "", "?ports=80,443&ports=22", """{"kind":"PodPortForwardOptions","apiVersion":"v1","ports":[80,443,22]}""")]
    [TestCase("pods", "proxy", "a/b", "", """{"kind":"PodProxyOptions","apiVersion":"v1","path":"/a/b"}""")]
    [TestCase("services", "proxy", "", "", """{"kind":"ServiceProxyOptions","apiVersion":"v1","path":"/"}""")]
    [TestCase("nodes", "proxy", "metrics", "", """{"kind":"NodeProxyOptions","apiVersion":"v1","path":"/metrics"}""")]
    public void Options_OfAStream_AreItsQuery(string resource, string subresource, string rest, string query, string options)
    {
        var info = new RequestInfo
        {
            Path = "", Verb = "create", Resource = resource, Subresource = subresource, Rest = rest,
        };
        var parsed = new QueryCollection(QueryHelpers.ParseQuery(query));

        Assert.That(ConnectOptions.Of(info, parsed)!.ToJsonString(), Is.EqualTo(options));
    }

    [Test]
    public async Task Exec_IsShownToWebhooksAndDoesWhatTheyMakeOfIt()
    {
        await using var cluster = await WebhookCluster.StartAsync();
        await cluster.Objects.TryCreateAsync(
            ResourceCatalog.Find(new GroupVersionKind("", "v1", "Node"))!,
            JsonNode.Parse("""{"metadata":{"name":"n"},"status":{"addresses":[{"type":"InternalIP","address":"192.168.0.9"}]}}""")!.AsObject(),
            default);
        await cluster.Objects.TryCreateAsync(
            ResourceCatalog.Find(new GroupVersionKind("", "v1", "Pod"))!,
            JsonNode.Parse("""{"metadata":{"name":"p","namespace":"default"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}""")!.AsObject(),
            default);
        const string path = "api/v1/namespaces/default/pods/p/exec?command=ls&container=c";
        cluster.Hooks.Patch("elsewhere", """[{"op":"replace","path":"/container","value":"other"}]""");
        await cluster.AddAsync(isMutating: true, "elsewhere", WebhookCluster.Rules("CONNECT", "", "v1", "pods/exec"));
        var (_, changed) = await cluster.Admin.SendAsync("POST", path);
        await cluster.ResetAsync();
        cluster.Hooks.Answer("no", """{"allowed":false,"status":{"code":403}}""");
        await cluster.AddAsync(isMutating: false, "no", WebhookCluster.Rules("CONNECT", "", "v1", "pods/exec"));
        var (code, status) = await cluster.Admin.SendAsync("POST", path);

        var review = cluster.Hooks.ReviewsOf("no").Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(changed.Text("message"), Is.EqualTo("container other is not valid for pod p"));
            Assert.That(code, Is.EqualTo(403));
            Assert.That(
                status.Text("message"), Is.EqualTo("admission webhook \"no.example.com\" denied the request without explanation"));
            Assert.That(review.Text("operation"), Is.EqualTo("CONNECT"));
            Assert.That(review.Text("kind.kind"), Is.EqualTo("PodExecOptions"));
            Assert.That(review.Text("subResource"), Is.EqualTo("exec"));
            Assert.That(review.Text("name"), Is.EqualTo("p"));
            Assert.That(review["options"], Is.Null);
            Assert.That(
                review["object"]!.ToJsonString(),
                Is.EqualTo("""{"kind":"PodExecOptions","apiVersion":"v1","stdout":true,"stderr":true,"container":"c","command":["ls"]}"""));
        }
    }

    [TestCase("", 60)]
    [TestCase("10s", 10)]
    [TestCase("1m30s", 60)]
    [TestCase("1500ms", 1.5)]
    [TestCase("0", 60)]
    [TestCase("0s", 60)]
    [TestCase("-5s", 60)]
    public void Timeout_OfARequest_IsAMinuteAtMost(string query, double seconds) =>
        Assert.That(RequestTimeout.Of(query).TotalSeconds, Is.EqualTo(seconds));

    [TestCase("x")]
    [TestCase("10")]
    [TestCase("s")]
    [TestCase("1.2.3s")]
    [TestCase("-")]
    public void Timeout_ThatIsNoDuration_IsRefused(string query) => Assert.That(
        () => RequestTimeout.Of(query),
        Throws.TypeOf<Kube1.Api.Errors.ApiException>().With.Message.EqualTo(
            $"invalid timeout specified in the request URL - time: invalid duration \"{query}\""));
}
