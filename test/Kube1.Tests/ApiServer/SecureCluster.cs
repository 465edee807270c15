using System.Net.Http.Headers;
using System.Security.Cryptography;
using Kube1.ApiServer;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Audit;
using Kube1.ApiServer.Auth;
using Kube1.Cluster.Pki;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>A test cluster with the real authentication, authorization and admission, reached through its HTTPS port.</summary>
internal sealed class SecureCluster : IAsyncDisposable
{
    private readonly CertificateAuthority _authority;
    private readonly ECDsa _key;
    private readonly List<IDisposable> _owned = [];

    private SecureCluster(
        CertificateAuthority authority, ECDsa key, ManualTime time, TestCluster cluster, ApiServerSecurity security)
    {
        Security = security;
        _authority = authority;
        _key = key;
        Time = time;
        Cluster = cluster;
        Admin = As("admin", UserInfo.MastersGroup);
    }

    public ManualTime Time { get; }

    public TestCluster Cluster { get; }

    /// <summary>What the server decides with.</summary>
    public ApiServerSecurity Security { get; }

    /// <summary>A client with a certificate of system:masters.</summary>
    public HttpClient Admin { get; }

    public static async Task<SecureCluster> StartAsync(
        Func<ApiServerOptions, ApiServerOptions>? configure = null, AdmissionSettings? admission = null,
        Func<SecurityOptions, SecurityOptions>? secure = null, IAdmissionPlugin? lastPlugin = null,
        Func<TimeProvider, Auditor?>? audit = null)
    {
        ApiServerSecurity? security = null;
        var time = new ManualTime();
        var authority = CertificateAuthority.Create("kube1-test-ca", time);
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var cluster = await TestCluster.StartAsync(new TestClusterOptions
        {
            Listen = true,
            Time = time,
            Configure = options =>
                (configure?.Invoke(options) ?? options) with { Audit = audit?.Invoke(time) },
            Security = (store, clock) =>
            {
                var options = new SecurityOptions
                {
                    ClientCas = [authority.Certificate], ServiceAccountKey = key, Admission = admission ?? new(),
                };
                security = SecurityComposition.Create(secure?.Invoke(options) ?? options, store, clock);
                return lastPlugin is null ? security : security with { Admission = [.. security.Admission, lastPlugin] };
            },
        });
        return new SecureCluster(authority, key, time, cluster, security!);
    }

    /// <summary>A client with a certificate of this user.</summary>
    public HttpClient As(string user, params string[] groups) => Cluster.HttpsFor(CertificateOf(user, groups));

    /// <summary>A client certificate of this user.</summary>
    public System.Security.Cryptography.X509Certificates.X509Certificate2 CertificateOf(string user, params string[] groups)
    {
        var certificate = _authority.IssueClient(user, groups);
        _owned.Add(certificate);
        return certificate;
    }

    /// <summary>A client with a bearer token; none at all when null.</summary>
    public HttpClient WithToken(string? token)
    {
        var client = Cluster.HttpsFor();
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Creates an object as administrator and expects it to be taken.</summary>
    public async Task CreateAsync(string collection, string body)
    {
        var (code, answer) = await Admin.SendAsync("POST", collection, body);
        Assert.That(code, Is.EqualTo(201), answer.ToJsonString());
    }

    /// <summary>A token of a ServiceAccount of the namespace default, bound to a pod when one is named.</summary>
    public async Task<string> TokenAsync(string account, string? pod = null)
    {
        var bound = pod is null
            ? ""
            : ",\"boundObjectRef\":{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"name\":\"" + pod + "\"}";
        var (code, answer) = await Admin.SendAsync(
            "POST", $"api/v1/namespaces/default/serviceaccounts/{account}/token",
            "{\"spec\":{\"expirationSeconds\":3600" + bound + "}}");
        Assert.That(code, Is.EqualTo(201), answer.ToJsonString());
        return answer.Text("status.token");
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        _owned.ForEach(o => o.Dispose());
        _authority.Dispose();
        _key.Dispose();
    }
}
