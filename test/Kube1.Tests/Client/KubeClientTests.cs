using System.Net;
using System.Text;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.Client;

namespace Kube1.Tests.Client;

internal sealed class KubeClientTests
{
    private FakeApi _api = null!;
    private KubeClient _client = null!;

    [SetUp]
    public void Connect()
    {
        _api = new FakeApi();
        _client = _api.Client();
    }

    [TearDown]
    public void Disconnect()
    {
        _client.Dispose();
        _api.Dispose();
    }

    [Test]
    public async Task Get_MissingObject_ReturnsNull() =>
        Assert.That(await _client.Of<V1ConfigMap>().GetAsync("default", "none", default), Is.Null);

    [Test]
    public async Task Create_ThenGet_RoundTrips()
    {
        await _client.Of<V1ConfigMap>().CreateAsync(Map("a"), default);
        var read = await _client.Of<V1ConfigMap>().GetAsync("default", "a", default);
        Assert.That(read!.Data!["key"], Is.EqualTo("a"));
        Assert.That(read.Metadata.Uid, Is.Not.Empty);
    }

    [Test]
    public async Task Create_NameTaken_ThrowsServersStatus()
    {
        await _client.Of<V1ConfigMap>().CreateAsync(Map("a"), default);
        var error = await Assert.ThrowsAsync<ApiException>(() => _client.Of<V1ConfigMap>().CreateAsync(Map("a"), default));
        Assert.That(error!.Is(StatusReasons.AlreadyExists), Is.True);
        Assert.That(error.Message, Is.EqualTo("configmaps \"a\" already exists"));
    }

    [Test]
    public async Task Update_StaleRevision_ThrowsConflict()
    {
        var first = await _client.Of<V1ConfigMap>().CreateAsync(Map("a"), default);
        await _client.Of<V1ConfigMap>().UpdateAsync(first, default);
        var error = await Assert.ThrowsAsync<ApiException>(() => _client.Of<V1ConfigMap>().UpdateAsync(first, default));
        Assert.That(error!.Is(StatusReasons.Conflict), Is.True);
    }

    [Test]
    public async Task Delete_Twice_TellsWhichFoundIt()
    {
        await _client.Of<V1ConfigMap>().CreateAsync(Map("a"), default);
        Assert.That(await _client.Of<V1ConfigMap>().DeleteAsync("default", "a", null, default), Is.True);
        Assert.That(await _client.Of<V1ConfigMap>().DeleteAsync("default", "a", null, default), Is.False);
    }

    [Test]
    public async Task List_ManyPages_FollowsContinue()
    {
        for (var i = 0; i < 7; i++)
        {
            await _client.Of<V1ConfigMap>().CreateAsync(Map("m" + i), default);
        }

        var list = await _client.Of<V1ConfigMap>().ListAsync(null, new ListOptions { Limit = 3 }, default);
        Assert.That(list.Items.Select(m => m.Metadata.Name), Is.EqualTo(Enumerable.Range(0, 7).Select(i => "m" + i)));
        Assert.That(_api.Requests.Count(r => r.Contains("limit=3", StringComparison.Ordinal)), Is.EqualTo(3));
        Assert.That(list.Metadata.Continue, Is.Null);
    }

    [Test]
    public async Task List_TokenExpiresMidway_ListsAgainWhole()
    {
        for (var i = 0; i < 5; i++)
        {
            await _client.Of<V1ConfigMap>().CreateAsync(Map("m" + i), default);
        }

        _api.Intercept = r => r.RequestUri!.Query.Contains("continue=", StringComparison.Ordinal) ? Answer(410, "gone") : null;
        var list = await _client.Of<V1ConfigMap>().ListAsync("default", new ListOptions { Limit = 2 }, default);
        Assert.That(list.Items, Has.Count.EqualTo(5));
    }

    [TestCase(500, "boom", StatusReasons.InternalError)]
    [TestCase(503, "<html>proxy</html>", StatusReasons.ServiceUnavailable)]
    [TestCase(401, "", StatusReasons.Unauthorized)]
    [TestCase(403, "{\"kind\":\"Other\"}", StatusReasons.Forbidden)]
    public async Task Request_FailureWithoutStatus_GivesSensibleOne(int code, string body, string reason)
    {
        _api.Intercept = _ => Answer(code, body);
        var error = await Assert.ThrowsAsync<ApiException>(() => _client.Of<V1Pod>().GetAsync("default", "a", default));
        Assert.That(error!.Code, Is.EqualTo(code));
        Assert.That(error.Status.Reason, Is.EqualTo(reason));
        Assert.That(error.Message, Is.Not.Empty);
    }

    [Test]
    public async Task Request_ThrottledOnce_TriesAgain()
    {
        await _client.Of<V1ConfigMap>().CreateAsync(Map("a"), default);
        var answers = 0;
        _api.Intercept = _ =>
        {
            if (answers++ > 0)
            {
                return null;
            }

            var busy = Answer(429, "later");
            busy.Headers.TryAddWithoutValidation("Retry-After", "0");
            return busy;
        };
        Assert.That(await _client.Of<V1ConfigMap>().GetAsync("default", "a", default), Is.Not.Null);
        Assert.That(answers, Is.EqualTo(2));
    }

    [Test]
    public async Task Dynamic_List_ItemsKnowTheirKind()
    {
        await _client.Of<V1ConfigMap>().CreateAsync(Map("a"), default);
        var dynamic = _client.Of(ResourceCatalog.Find(V1ConfigMap.GroupVersionKind)!);
        var list = await dynamic.ListAsync("default", null, default);
        Assert.That((string?)list.Items.Single()["kind"], Is.EqualTo("ConfigMap"));
        list.Items[0]["data"]!["key"] = "b";
        var updated = await dynamic.UpdateAsync(list.Items[0], default);
        Assert.That((string?)updated["data"]!["key"], Is.EqualTo("b"));
    }

    [Test]
    public async Task Send_RelativeUriAndBasePath_AreJoined()
    {
        using var api = new FakeApi();
        Uri? asked = null;
        api.Intercept = r =>
        {
            asked = r.RequestUri;
            return Answer(200, "ok");
        };
        using var client = new KubeClient(api, new Uri("https://host/clusters/one"), "test/1");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz");
        using var response = await client.SendAsync(request, default);
        Assert.That(asked!.AbsoluteUri, Is.EqualTo("https://host/clusters/one/healthz"));
        Assert.That(request.Headers.UserAgent.ToString(), Is.EqualTo("test/1"));
    }

    private static HttpResponseMessage Answer(int code, string body) =>
        new((HttpStatusCode)code) { Content = new StringContent(body, Encoding.UTF8) };

    private static V1ConfigMap Map(string name) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = "default" },
        Data = new Dictionary<string, string> { ["key"] = name },
    };
}
