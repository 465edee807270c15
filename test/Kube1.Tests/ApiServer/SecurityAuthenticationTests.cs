using System.Security.Cryptography.X509Certificates;
using Kube1.ApiServer.Auth;
using Kube1.Cluster.Pki;

namespace Kube1.Tests.ApiServer;

/// <summary>Who gets in, and as whom: certificates, tokens, nobody, somebody else.</summary>
public sealed class SecurityAuthenticationTests
{
    private const string Pods = "api/v1/namespaces/default/pods";

    private SecureCluster _cluster = null!;

    [SetUp]
    public async Task SetUp()
    {
        _cluster = await SecureCluster.StartAsync();
        await _cluster.CreateAsync("api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"robot"}}""");
    }

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [TestCase("healthz", 200)]
    [TestCase("livez", 200)]
    [TestCase("readyz", 200)]
    [TestCase("version", 200)]
    [TestCase("v1-kube1/cacerts", 200)]
    [TestCase("metrics", 401)]
    [TestCase("api", 401)]
    [TestCase("apis", 401)]
    [TestCase("openapi/v3", 401)]
    [TestCase("api/v1/namespaces", 401)]
    [TestCase("nowhere", 401)]
    public async Task Anonymous_Path_OnlyHealthVersionAndAuthority(string path, int expected)
    {
        var (code, body) = await _cluster.WithToken(null).SendAsync("GET", path);

        Assert.That(code, Is.EqualTo(expected), body.ToJsonString());
    }

    [Test]
    public async Task BadToken_Unauthorized_Status()
    {
        using var response = await _cluster.WithToken("a.b.c").SendRawAsync("GET", Pods);
        var (code, status) = await _cluster.WithToken("nonsense").SendAsync("GET", Pods);

        Assert.That((int)response.StatusCode, Is.EqualTo(401));
        Assert.That(code, Is.EqualTo(401));
        Assert.That(status.Text("reason"), Is.EqualTo("Unauthorized"));
        Assert.That(status.Text("message"), Is.EqualTo("Unauthorized"));
        Assert.That(response.Headers.WwwAuthenticate, Is.Empty, "upstream names no scheme");
        // Bad credentials do not fall back to anonymous, not even where anonymous would do.
        Assert.That((await _cluster.WithToken("a.b.c").SendAsync("GET", "healthz")).Code, Is.EqualTo(401));
    }

    [TestCase("nonsense", Pods, 401, 3)]
    [TestCase(null, "healthz", 200, 3)]
    [TestCase("robot", "api", 200, 1)]
    public async Task Http2_FromNobody_IsOneRequestAConnection(string? credential, string path, int expected, int connections)
    {
        var opened = 0;
        var handler = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = Streaming.LoopbackServers.Trust },
            ConnectCallback = async (context, ct) =>
            {
                Interlocked.Increment(ref opened);
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, ct);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        };
        using var http = new HttpClient(handler) { BaseAddress = _cluster.Cluster.Address };
        var token = credential == "robot" ? await _cluster.TokenAsync("robot") : credential;
        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path)
            {
                Version = System.Net.HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            request.Headers.Authorization = token is null ? null : new("Bearer", token);
            using var response = await http.SendAsync(request);
            Assert.That((int)response.StatusCode, Is.EqualTo(expected));
        }

        Assert.That(opened, Is.EqualTo(connections));
    }

    [Test]
    public async Task CertificateOfAnotherAuthority_Unauthorized_NotABrokenHandshake()
    {
        using var other = CertificateAuthority.Create("kube1-test-ca", _cluster.Time);
        using var certificate = other.IssueClient("admin", UserInfo.MastersGroup);

        var (code, _) = await _cluster.Cluster.HttpsFor(certificate).SendAsync("GET", Pods);

        Assert.That(code, Is.EqualTo(401));
    }

    [Test]
    public async Task CertificatePastItsEnd_Unauthorized()
    {
        var http = _cluster.As("alice", UserInfo.MastersGroup);
        var before = await http.SendAsync("GET", Pods);
        _cluster.Time.Advance(CertificateAuthority.LeafLifetime + TimeSpan.FromDays(2));

        Assert.That(before.Code, Is.EqualTo(200));
        Assert.That((await http.SendAsync("GET", Pods)).Code, Is.EqualTo(401));
    }

    [Test]
    public async Task SelfSubjectReview_Certificate_NameAndGroups()
    {
        var (code, review) = await _cluster.As("alice", "dev").SendAsync(
            "POST", "apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");

        Assert.That(code, Is.EqualTo(201), review.ToJsonString());
        Assert.That(review.Text("status.userInfo.username"), Is.EqualTo("alice"));
        Assert.That(
            review["status"]!["userInfo"]!["groups"]!.AsArray().Select(g => (string?)g),
            Is.EqualTo(new[] { "dev", "system:authenticated" }));
    }

    [Test]
    public async Task TokenRequest_Token_IsTheServiceAccount()
    {
        var token = await _cluster.TokenAsync("robot");

        var (_, self) = await _cluster.WithToken(token).SendAsync(
            "POST", "apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");
        var (code, refused) = await _cluster.WithToken(token).SendAsync("GET", Pods);

        Assert.That(self.Text("status.userInfo.username"), Is.EqualTo("system:serviceaccount:default:robot"));
        Assert.That(code, Is.EqualTo(403));
        Assert.That(refused.Text("message"), Is.EqualTo(
            "pods is forbidden: User \"system:serviceaccount:default:robot\" cannot list resource \"pods\" in API group \"\" "
            + "in the namespace \"default\""));
    }

    [Test]
    public async Task TokenRequest_TooShort_Invalid()
    {
        var (code, status) = await _cluster.Admin.SendAsync(
            "POST", "api/v1/namespaces/default/serviceaccounts/robot/token", """{"spec":{"expirationSeconds":60}}""");

        Assert.That(code, Is.EqualTo(422));
        Assert.That(status.Text("message"), Does.Contain("may not specify a duration less than 10 minutes"));
    }

    [Test]
    public async Task Token_AfterItsEnd_Unauthorized()
    {
        var http = _cluster.WithToken(await _cluster.TokenAsync("robot"));
        var before = await http.SendAsync("GET", "api");
        _cluster.Time.Advance(TimeSpan.FromHours(2));

        Assert.That(before.Code, Is.EqualTo(200));
        Assert.That((await http.SendAsync("GET", "api")).Code, Is.EqualTo(401));
    }

    [Test]
    public async Task BoundToken_PodGone_Unauthorized()
    {
        await _cluster.CreateAsync(Pods, """
            {"metadata":{"name":"p"},"spec":{"serviceAccountName":"robot","automountServiceAccountToken":false,
            "containers":[{"name":"c","image":"i"}]}}
            """);
        var http = _cluster.WithToken(await _cluster.TokenAsync("robot", "p"));
        var before = await http.SendAsync("GET", "api");
        await _cluster.Admin.SendAsync("DELETE", Pods + "/p?gracePeriodSeconds=0");

        Assert.That(before.Code, Is.EqualTo(200), before.Body.ToJsonString());
        Assert.That((await http.SendAsync("GET", "api")).Code, Is.EqualTo(401));
    }

    [Test]
    public async Task Token_ServiceAccountMadeAnew_Unauthorized()
    {
        const string accounts = "api/v1/namespaces/default/serviceaccounts";
        var http = _cluster.WithToken(await _cluster.TokenAsync("robot"));
        await _cluster.Admin.SendAsync("DELETE", accounts + "/robot");
        await _cluster.CreateAsync(accounts, """{"metadata":{"name":"robot"}}""");

        Assert.That((await http.SendAsync("GET", "api")).Code, Is.EqualTo(401));
    }

    [Test]
    public async Task TokenReview_GoodAndBad_Told()
    {
        const string reviews = "apis/authentication.k8s.io/v1/tokenreviews";
        var token = await _cluster.TokenAsync("robot");

        var (code, good) = await _cluster.Admin.SendAsync("POST", reviews, "{\"spec\":{\"token\":\"" + token + "\"}}");
        var (_, bad) = await _cluster.Admin.SendAsync("POST", reviews, """{"spec":{"token":"a.b.c"}}""");

        Assert.That(code, Is.EqualTo(201));
        Assert.That(good.Text("status.authenticated"), Is.EqualTo("true"));
        Assert.That(good.Text("status.user.username"), Is.EqualTo("system:serviceaccount:default:robot"));
        Assert.That(bad.Text("status.authenticated"), Is.Not.EqualTo("true"));
        Assert.That(bad.Text("status.error"), Is.Not.Empty);
    }

    [Test]
    public async Task Impersonation_Administrator_IsTheOther()
    {
        var (code, self) = await SendAsAsync(_cluster.Admin, "bob", "ops");

        Assert.That(code, Is.EqualTo(201), self.ToJsonString());
        Assert.That(self.Text("status.userInfo.username"), Is.EqualTo("bob"));
        Assert.That(
            self["status"]!["userInfo"]!["groups"]!.AsArray().Select(g => (string?)g),
            Is.EqualTo(new[] { "ops", "system:authenticated" }));
    }

    [Test]
    public async Task Impersonation_WithoutPermission_Forbidden()
    {
        var (code, status) = await SendAsAsync(_cluster.As("alice"), "admin", UserInfo.MastersGroup);

        Assert.That(code, Is.EqualTo(403));
        // The mode that could have allowed it says why not.
        Assert.That(status.Text("message"), Is.EqualTo(
            "selfsubjectreviews.authentication.k8s.io is forbidden: User \"alice\" cannot impersonate-on:user-info:create "
            + "resource \"selfsubjectreviews\" in API group \"authentication.k8s.io\" at the cluster scope"));
    }

    [Test]
    public async Task Authority_Served_IsTheClientAuthority()
    {
        var pem = await _cluster.WithToken(null).GetStringAsync(new Uri("v1-kube1/cacerts", UriKind.Relative));

        using var certificate = X509Certificate2.CreateFromPem(pem);
        Assert.That(certificate.Subject, Is.EqualTo("CN=kube1-test-ca"));
    }

    private static async Task<(int Code, System.Text.Json.Nodes.JsonObject Body)> SendAsAsync(
        HttpClient http, string user, string group)
    {
        http.DefaultRequestHeaders.Add("Impersonate-User", user);
        http.DefaultRequestHeaders.Add("Impersonate-Group", group);
        return await http.SendAsync("POST", "apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");
    }
}
