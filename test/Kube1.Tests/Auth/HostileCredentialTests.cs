using System.Buffers.Text;
using System.Text;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Auth;

/// <summary>Credentials that are malformed, contradictory or made to hurt: 401 every time, never a 500 and never in.</summary>
public sealed class HostileCredentialTests
{
    private const string WhoAmI = "apis/authentication.k8s.io/v1/selfsubjectreviews";
    private const string Reviews = "apis/authentication.k8s.io/v1/tokenreviews";

    private SecureCluster _cluster = null!;
    private string _token = "";

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _cluster = await SecureCluster.StartAsync();
        await _cluster.CreateAsync("api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"robot"}}""");
        _token = await _cluster.TokenAsync("robot");
    }

    [OneTimeTearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    private static IEnumerable<string> Tokens
    {
        get
        {
            var deep = new string('[', 100_000);
            foreach (var header in (string[])[
                """{"alg":"none"}""", """{"alg":"ES256","alg":"ES256"}""", """{"alg":"ES256","kid":{}}""", """{"alg":"\ud800"}""",
                """{"alg":"ES256","crit":["exp"]}""", "null", "7", "\"ES256\"", "", "{\"a\":" + new string('[', 200)])
            {
                yield return $"{Encode(header)}.{Encode("""{"iss":"https://kubernetes.default.svc.cluster.local"}""")}.AAAA";
            }

            foreach (var payload in (string[])[deep[..20_000], "{\"iss\":\"\\ud800\"}", "{}", "null", "{\"iss\":1,\"iss\":2}"])
            {
                yield return $"{Encode("""{"alg":"ES256"}""")}.{Encode(payload)}.AAAA";
            }

            yield return "..";
            yield return "a.b.c";
            yield return "a..c";
            yield return ".a.b";
            yield return "!!.!!.!!";
            yield return "abcdef.0123456789abcdef";
            yield return "ABCDEF.0123456789abcdef";
            yield return new string('.', 10_000);
            yield return new string('a', 20_000);
            yield return "{\"payload\":\"e30\",\"signatures\":[]}";
        }
    }

    [TestCaseSource(nameof(Tokens))]
    public async Task Token_Hostile_UnauthorizedAndReviewedAsBad(string token)
    {
        var http = _cluster.Cluster.HttpsFor();
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer " + token);

        var (code, status) = await http.SendAsync("POST", WhoAmI, "{}");
        var (reviewed, review) = await ReviewAsync(token);

        Assert.That(code, Is.EqualTo(401), status.ToJsonString());
        Assert.That(reviewed, Is.EqualTo(201), review.ToJsonString());
        Assert.That(review.Text("status.authenticated"), Is.Not.EqualTo("true"));
        Assert.That(review.Text("status.error"), Is.EqualTo("invalid bearer token"));
    }

    [Test]
    public async Task TokenReview_OfAMegabyte_IsReviewedAsBad()
    {
        var (code, review) = await ReviewAsync($"{new string('a', 500_000)}.{new string('b', 500_000)}.c");

        Assert.That(code, Is.EqualTo(201));
        Assert.That(review.Text("status.error"), Is.EqualTo("invalid bearer token"));
    }

    [TestCase("""{"spec":{}}""", 400)]
    [TestCase("""{"spec":{"token":""}}""", 400)]
    [TestCase("""{"spec":{"token":7}}""", 400)]
    [TestCase("""{"spec":{"token":"x","audiences":"y"}}""", 400)]
    [TestCase("""{"spec":[]}""", 400)]
    [TestCase("[]", 400)]
    [TestCase("", 400)]
    public async Task TokenReview_Garbage_BadRequest(string body, int expected) =>
        Assert.That((await _cluster.Admin.SendAsync("POST", Reviews, body)).Code, Is.EqualTo(expected));

    [TestCase("Bearer")]
    [TestCase("Bearer ")]
    [TestCase("Bearer  TOKEN")]
    [TestCase("Basic YWRtaW46YWRtaW4=")]
    [TestCase("Token TOKEN")]
    [TestCase("BearerTOKEN")]
    public async Task Authorization_OtherForm_IsNoCredential(string header)
    {
        Assert.That((await WithHeadersAsync(header, "healthz")).Code, Is.EqualTo(200), "as anybody");
        Assert.That((await WithHeadersAsync(header, "api")).Code, Is.EqualTo(401));
    }

    [TestCase("Bearer TOKEN", ExpectedResult = 200)]
    [TestCase("bearer TOKEN", ExpectedResult = 200)]
    [TestCase("BEARER TOKEN", ExpectedResult = 200)]
    [TestCase("  Bearer TOKEN  ", ExpectedResult = 200)]
    [TestCase("Bearer TOKEN trailing", ExpectedResult = 200)]
    [TestCase("Bearer TOKENx", ExpectedResult = 401)]
    public async Task<int> Authorization_Bearer_AsGoReadsIt(string header) => (await WithHeadersAsync(header, "api")).Code;

    [Test]
    public async Task Authorization_Twice_TheFirstCounts()
    {
        var good = "Authorization: Bearer " + _token;
        const string bad = "Authorization: Bearer a.b.c";

        Assert.That((await RawRequest.SendAsync(_cluster.Cluster, "GET", "api", "", null, good, bad)).Code, Is.EqualTo(200));
        Assert.That((await RawRequest.SendAsync(_cluster.Cluster, "GET", "api", "", null, bad, good)).Code, Is.EqualTo(401));
    }

    [Test]
    public async Task BadCertificate_GoodToken_IsTheTokensUser()
    {
        // As upstream: an authenticator that fails does not stop the next one.
        using var other = Kube1.Cluster.Pki.CertificateAuthority.Create("other", _cluster.Time);
        using var certificate = other.IssueClient("admin", "system:masters");
        var http = _cluster.Cluster.HttpsFor(certificate);
        http.DefaultRequestHeaders.Authorization = new("Bearer", _token);

        var (_, self) = await http.SendAsync("POST", WhoAmI, "{}");

        Assert.That(self.Text("status.userInfo.username"), Is.EqualTo("system:serviceaccount:default:robot"));
    }

    [Test]
    public async Task BadCertificate_BadToken_Unauthorized()
    {
        using var other = Kube1.Cluster.Pki.CertificateAuthority.Create("other", _cluster.Time);
        using var certificate = other.IssueClient("admin", "system:masters");
        var http = _cluster.Cluster.HttpsFor(certificate);
        http.DefaultRequestHeaders.Authorization = new("Bearer", "a.b.c");

        Assert.That((await http.SendAsync("POST", WhoAmI, "{}")).Code, Is.EqualTo(401));
        Assert.That((await http.SendAsync("GET", "healthz")).Code, Is.EqualTo(401));
    }

    [TestCase("PROTOCOL, v5.channel.k8s.io", ExpectedResult = 200)]
    [TestCase("PROTOCOL", ExpectedResult = 401)]
    [TestCase("PROTOCOL, PROTOCOL, v5.channel.k8s.io", ExpectedResult = 401)]
    [TestCase("base64url.bearer.authorization.k8s.io.!!, v5.channel.k8s.io", ExpectedResult = 401)]
    [TestCase("base64url.bearer.authorization.k8s.io._w, v5.channel.k8s.io", ExpectedResult = 401)]
    [TestCase("v5.channel.k8s.io", ExpectedResult = 401)]
    public async Task<int> WebSocketProtocol_Token_IsACredential(string protocols)
    {
        var encoded = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(_token));
        using var request = new HttpRequestMessage(HttpMethod.Get, "api");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation(
            "Sec-WebSocket-Protocol", protocols.Replace("PROTOCOL", "base64url.bearer.authorization.k8s.io." + encoded));
        using var response = await _cluster.Cluster.HttpsFor().SendAsync(request);
        return (int)response.StatusCode;
    }

    [Test]
    public async Task WebSocketProtocol_WithoutAnUpgrade_IsNoCredential()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api");
        request.Headers.TryAddWithoutValidation(
            "Sec-WebSocket-Protocol",
            $"base64url.bearer.authorization.k8s.io.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(_token))}, other");
        using var response = await _cluster.Cluster.HttpsFor().SendAsync(request);

        Assert.That((int)response.StatusCode, Is.EqualTo(401));
    }

    private Task<(int Code, System.Text.Json.Nodes.JsonObject Body)> ReviewAsync(string token) => _cluster.Admin.SendAsync(
        "POST", Reviews, new System.Text.Json.Nodes.JsonObject
        {
            ["spec"] = new System.Text.Json.Nodes.JsonObject { ["token"] = token },
        }.ToJsonString());

    private async Task<(int Code, string Body)> WithHeadersAsync(string header, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", header.Replace("TOKEN", _token));
        using var response = await _cluster.Cluster.HttpsFor().SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
