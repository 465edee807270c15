using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Auth.FrontProxies;
using Kube1.Cluster.Pki;
using Kube1.Testing;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Auth;

/// <summary>Proxies that name users in headers, over real HTTPS with real certificates.</summary>
public sealed class FrontProxyTests
{
    private const string WhoAmI = "apis/authentication.k8s.io/v1/selfsubjectreviews";

    private readonly CertificateAuthority _proxies = CertificateAuthority.Create("front-proxy-ca", new ManualTime());
    private SecureCluster _cluster = null!;

    [SetUp]
    public Task SetUp() => StartAsync(o => o);

    [TearDown]
    public async Task TearDown()
    {
        await _cluster.DisposeAsync();
        _cluster = null!;
    }

    [OneTimeTearDown]
    public void DisposeAuthority() => _proxies.Dispose();

    [Test]
    public async Task Headers_OfAProxy_AreTheUser()
    {
        using var certificate = _proxies.IssueClient("front-proxy-client");
        var (code, self) = await RawRequest.SendAsync(
            _cluster.Cluster, "POST", WhoAmI, "{}", certificate, "X-Remote-User: jane", "X-Remote-User: second",
            "X-Remote-Uid: u-1", "X-Remote-Group: dev", "x-remote-group: ops", "X-Remote-Extra-Acme.com%2Fproject: some",
            "x-remote-extra-scopes: read", "X-Remote-Extra-Scopes: write");

        Assert.That(code, Is.EqualTo(201), self.ToJsonString());
        Assert.That(self["status"]!["userInfo"]!.ToJsonString(), Is.EqualTo(
            """{"username":"jane","uid":"u-1","groups":["dev","ops","system:authenticated"],"extra":{"acme.com/project":["some"],"scopes":["read","write"]}}"""));
    }

    [Test]
    public async Task Headers_OfAnotherName_Unauthorized()
    {
        var http = Proxy("somebody-else");
        http.DefaultRequestHeaders.Add("X-Remote-User", "admin");
        http.DefaultRequestHeaders.Add("X-Remote-Group", UserInfo.MastersGroup);

        Assert.That((await http.SendAsync("POST", WhoAmI, "{}")).Code, Is.EqualTo(401));
    }

    [Test]
    public async Task Headers_WithAUsersCertificate_AreNotBelieved()
    {
        // The cluster's CA is not that of the proxies, whatever name it signs.
        var http = _cluster.As("front-proxy-client");
        http.DefaultRequestHeaders.Add("X-Remote-User", "admin");
        http.DefaultRequestHeaders.Add("X-Remote-Group", UserInfo.MastersGroup);

        var (_, self) = await http.SendAsync("POST", WhoAmI, "{}");

        Assert.That(self.Text("status.userInfo.username"), Is.EqualTo("front-proxy-client"));
        Assert.That(self["status"]!["userInfo"]!["groups"]!.ToJsonString(), Is.EqualTo("""["system:authenticated"]"""));
    }

    [Test]
    public async Task Headers_WithoutACertificate_Unauthorized()
    {
        var http = _cluster.WithToken(null);
        http.DefaultRequestHeaders.Add("X-Remote-User", "admin");

        Assert.That((await http.SendAsync("POST", WhoAmI, "{}")).Code, Is.EqualTo(401));
    }

    [Test]
    public async Task Proxy_NamingNobody_Unauthorized()
    {
        Assert.That((await Proxy("front-proxy-client").SendAsync("POST", WhoAmI, "{}")).Code, Is.EqualTo(401));
    }

    [Test]
    public async Task Proxy_UsersToken_CountsWhenItNamesNobody()
    {
        await _cluster.CreateAsync("api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"robot"}}""");
        var http = Proxy("front-proxy-client");
        http.DefaultRequestHeaders.Authorization = new("Bearer", await _cluster.TokenAsync("robot"));

        var (_, self) = await http.SendAsync("POST", WhoAmI, "{}");

        Assert.That(self.Text("status.userInfo.username"), Is.EqualTo("system:serviceaccount:default:robot"));
    }

    [Test]
    public async Task Settings_NoNamesAndOtherHeaders_AreObeyed()
    {
        await StartAsync(o => o with
        {
            Proxies = [new FrontProxyTrust([_proxies.Certificate], [])],
            UsernameHeaders = ["X-First", "X-Second"], GroupHeaders = ["X-Team"], ExtraHeaderPrefixes = ["X-More-"],
        });
        var http = Proxy("anybody");
        http.DefaultRequestHeaders.Add("X-Second", "jane");
        http.DefaultRequestHeaders.Add("X-Remote-User", "admin");
        http.DefaultRequestHeaders.Add("X-Team", "dev");
        http.DefaultRequestHeaders.Add("X-More-Level", "9");

        var (_, self) = await http.SendAsync("POST", WhoAmI, "{}");

        Assert.That(self["status"]!["userInfo"]!.ToJsonString(), Is.EqualTo(
            """{"username":"jane","groups":["dev","system:authenticated"],"extra":{"level":["9"]}}"""));
    }

    [Test]
    public async Task Impersonation_OfAProxiedUser_IsHisRightAndNotTheProxys()
    {
        var http = Proxy("front-proxy-client");
        http.DefaultRequestHeaders.Add("X-Remote-User", "jane");
        http.DefaultRequestHeaders.Add("Impersonate-User", "bob");

        Assert.That((await http.SendAsync("POST", WhoAmI, "{}")).Code, Is.EqualTo(403));
    }

    private HttpClient Proxy(string name) => _cluster.Cluster.HttpsFor(_proxies.IssueClient(name));

    private async Task StartAsync(Func<FrontProxyOptions, FrontProxyOptions> configure)
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        _cluster = await SecureCluster.StartAsync(secure: o => o with
        {
            FrontProxy = configure(new FrontProxyOptions
            {
                Proxies = [new FrontProxyTrust([_proxies.Certificate], ["front-proxy-client"])],
            }),
        });
    }
}
