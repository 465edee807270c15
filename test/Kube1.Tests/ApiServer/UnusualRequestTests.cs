using System.Net;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>Paths that there are not, methods that nobody serves, and queries that mean more or less than they seem to.</summary>
public sealed class UnusualRequestTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    private TestCluster _cluster = null!;

    private HttpClient Http => _cluster.Http;

    [SetUp]
    public async Task SetUp() => _cluster = await TestCluster.StartAsync();

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [TestCase("nope")]
    [TestCase("apis/nope")]
    [TestCase("apis/nope.example.com/v1")]
    [TestCase("apis/nope.example.com/v1/widgets")]
    [TestCase("apis/nope.example.com/v1/namespaces/default/widgets/w")]
    [TestCase("healthz/nope")]
    public async Task Path_OfNobody_IsAPageNotFound(string path)
    {
        using var response = await Http.SendRawAsync("GET", path);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/plain; charset=utf-8"));
        Assert.That(response.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(["nosniff"]));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("404 page not found\n"));
    }

    [TestCase("api/v1/foos")]
    [TestCase("api/v2/pods")]
    [TestCase("apis/apps/v9")]
    [TestCase("apis/apps/v1/foos")]
    public async Task Path_BelowAServedGroup_IsAStatus(string path)
    {
        var (code, status) = await Http.SendAsync("GET", path);

        Assert.That((code, status.Text("reason")), Is.EqualTo((404, "NotFound")));
        Assert.That(status.Text("message"), Is.EqualTo("the server could not find the requested resource"));
    }

    [TestCase("version")]
    [TestCase("api")]
    [TestCase("apis/apps/v1")]
    [TestCase("api/v1/watch/namespaces/default/configmaps")]
    [TestCase("api/v1/watch/namespaces/default/configmaps/a")]
    public async Task Post_ToWhatIsRead_NotAllowed(string path)
    {
        using var response = await Http.SendRawAsync("POST", path);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
        Assert.That(response.Content.Headers.Allow, Is.EqualTo(["GET"]));
    }

    [TestCase("healthz")]
    [TestCase("metrics")]
    public async Task Post_ToWhatAsksForNoMethod_Answered(string path)
    {
        using var response = await Http.SendRawAsync("POST", path);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("watch")]
    [TestCase("watch=")]
    [TestCase("watch=yes")]
    public async Task Watch_PresentAndNotFalse_Watches(string query)
    {
        await Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        await using var watch = await WatchLines.OpenAsync(Http, $"{ConfigMaps}?{query}");

        Assert.That(await watch.NextAsync(), Is.EqualTo("ADDED a"));
    }

    [TestCase("watch=fAlSe")]
    [TestCase("watch=0")]
    [TestCase("watch=0&watch=1")]
    [TestCase("limit=1&limit=x")]
    public async Task List_FirstOfSeveralCounts_Lists(string query)
    {
        var (code, list) = await Http.SendAsync("GET", $"{ConfigMaps}?{query}");

        Assert.That((code, list.Text("kind")), Is.EqualTo((200, "ConfigMapList")));
    }

    [TestCase("limit=", "strconv.ParseInt: parsing \"\": invalid syntax")]
    [TestCase("limit=1x", "strconv.ParseInt: parsing \"1x\": invalid syntax")]
    [TestCase("timeoutSeconds=99999999999999999999", "strconv.ParseInt: parsing \"99999999999999999999\": value out of range")]
    public async Task List_NumberThatIsNone_BadRequest(string query, string message)
    {
        var (code, status) = await Http.SendAsync("GET", $"{ConfigMaps}?{query}");

        Assert.That((code, status.Text("message")), Is.EqualTo((400, message)));
    }

    [Test]
    public async Task Get_Export_Refused()
    {
        await Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        var (code, status) = await Http.SendAsync("GET", ConfigMaps + "/a?export");

        Assert.That((code, status.Text("message")), Is.EqualTo(
            (400, "the export parameter, deprecated since v1.14, is no longer supported")));
    }

    [Test]
    public async Task Version_OfServer_SaysWhatItIsCompatibleWith()
    {
        var (_, version) = await Http.SendAsync("GET", "version");

        Assert.That(version.Text("emulationMajor") + "." + version.Text("emulationMinor"), Is.EqualTo("1.36"));
        Assert.That(version.Text("minCompatibilityMajor") + "." + version.Text("minCompatibilityMinor"), Is.EqualTo("1.35"));
    }

    [Test]
    public async Task DeleteCollection_OfOneName_IsNoPermissionForThatName()
    {
        await using var secure = await SecureCluster.StartAsync();
        const string rbac = "apis/rbac.authorization.k8s.io/v1/namespaces/default/";
        await secure.CreateAsync(rbac + "roles", """
            {"metadata":{"name":"one"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"resourceNames":["a"],
            "verbs":["list","deletecollection"]}]}
            """);
        await secure.CreateAsync(rbac + "rolebindings", """
            {"metadata":{"name":"one"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"one"},
            "subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"alice"}]}
            """);
        var alice = secure.As("alice");

        var list = await alice.SendAsync("GET", ConfigMaps + "?fieldSelector=metadata.name%3Da");
        var delete = await alice.SendAsync("DELETE", ConfigMaps + "?fieldSelector=metadata.name%3Da");

        Assert.That(list.Code, Is.EqualTo(200), list.Body.ToJsonString());
        Assert.That(delete.Code, Is.EqualTo(403), delete.Body.ToJsonString());
    }
}
