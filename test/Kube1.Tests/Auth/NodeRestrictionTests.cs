using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Auth;

/// <summary>What a node's client certificate may write over real HTTPS, where the Node authorizer lets it come so far.</summary>
public sealed class NodeRestrictionTests
{
    private const string Default = "api/v1/namespaces/default/";
    private const string MergePatch = "application/merge-patch+json";

    private SecureCluster _cluster = null!;

    [SetUp]
    public async Task SetUp()
    {
        _cluster = await SecureCluster.StartAsync();
        await _cluster.CreateAsync("api/v1/nodes", """{"metadata":{"name":"n1"}}""");
        await _cluster.CreateAsync(Default + "serviceaccounts", """{"metadata":{"name":"sa"}}""");
        await _cluster.CreateAsync(
            Default + "persistentvolumeclaims",
            """
            {"metadata":{"name":"c"},"spec":{"volumeName":"pv","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}
            """);
        await _cluster.CreateAsync("api/v1/persistentvolumes", """
            {"metadata":{"name":"pv"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],
            "csi":{"driver":"bound.example.com","volumeHandle":"h"}}}
            """);
        foreach (var driver in (string[])["bound", "inline"])
        {
            await _cluster.CreateAsync("apis/storage.k8s.io/v1/csidrivers", """
                {"metadata":{"name":"DRIVER.example.com"},"spec":{"tokenRequests":[{"audience":"of-DRIVER"}]}}
                """.Replace("DRIVER", driver));
        }

        await _cluster.CreateAsync(Default + "pods", """
            {"metadata":{"name":"p"},"spec":{"serviceAccountName":"sa","containers":[{"name":"c","image":"i"}],"volumes":[
            {"name":"t","projected":{"sources":[{"serviceAccountToken":{"path":"t","audience":"vault"}}]}},
            {"name":"v","persistentVolumeClaim":{"claimName":"c"}},{"name":"i","csi":{"driver":"inline.example.com"}}]}}
            """);
        await _cluster.CreateAsync(
            Default + "pods/p/binding", """{"metadata":{"name":"p"},"target":{"kind":"Node","name":"n1"}}""");
    }

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [TestCase("[]", true)]
    [TestCase("""["vault"]""", true)]
    [TestCase("""["of-bound"]""", true)]
    [TestCase("""["of-inline"]""", true)]
    [TestCase("""["elsewhere"]""", false, "audience \"elsewhere\" not found in pod spec volume, system:node:n1 is not authorized to "
        + "request tokens for this audience")]
    [TestCase("""["vault","of-bound"]""", false, "node may only request 0 or 1 audiences")]
    public async Task Token_OfAnAudience_OnlyOneThatThePodHas(string audiences, bool isIssued, string why = "")
    {
        var (code, body) = await TokenAsync(audiences);

        Assert.That(code, Is.EqualTo(isIssued ? 201 : 403), body.ToJsonString());
        Assert.That(isIssued || body.Text("message").EndsWith(": " + why), Is.True, body.Text("message"));
    }

    [Test]
    public async Task Token_OfAnAudienceThatTheNodeMayAskFor_IsIssued()
    {
        await _cluster.CreateAsync("apis/rbac.authorization.k8s.io/v1/clusterroles", """
            {"metadata":{"name":"r"},"rules":[{"verbs":["request-serviceaccounts-token-audience"],"apiGroups":[""],
            "resources":["elsewhere"],"resourceNames":["sa"]}]}
            """);
        await _cluster.CreateAsync("apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """
            {"metadata":{"name":"b"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"r"},
            "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"Group","name":"system:nodes"}]}
            """);

        var (code, body) = await TokenAsync("""["elsewhere"]""");

        Assert.That(code, Is.EqualTo(201), body.ToJsonString());
        Assert.That(body["spec"]!["audiences"]!.ToJsonString(), Is.EqualTo("""["elsewhere"]"""));
    }

    [TestCase("""{"status":{"capacity":{"storage":"2Gi"},"allocatedResources":{"storage":"2Gi"}}}""", 200)]
    [TestCase("""{"status":{"phase":"Lost"}}""", 403)]
    [TestCase("""{"metadata":{"labels":{"mine":"1"}}}""", 403)]
    [TestCase("""{"metadata":{"finalizers":["example.com/keep"]}}""", 403)]
    public async Task ClaimStatus_ByItsNode_OnlyHowFarItHasGrown(string patch, int expected)
    {
        var (code, body) = await Node.SendAsync("PATCH", Default + "persistentvolumeclaims/c/status", patch, MergePatch);

        Assert.That(code, Is.EqualTo(expected), body.ToJsonString());
        Assert.That(code == 200 || body.Text("message").EndsWith(
            ": node \"n1\" is not allowed to update fields other than status.quantity and status.conditions"), Is.True);
    }

    [TestCase("""{"status":{"message":"well"}}""", null)]
    [TestCase("""{"metadata":{"labels":{"a":"b"}}}""", "cannot update labels through pod status")]
    [TestCase("""{"status":{"resourceClaimStatuses":[{"name":"g","resourceClaimName":"others"}]}}""",
        "cannot update resource claim statues")]
    [TestCase("""{"status":{"extendedResourceClaimStatus":{"resourceClaimName":"others","requestMappings":[]}}}""",
        "cannot update extended resource claim status")]
    public async Task PodStatus_ByItsNode_NamesNoClaims(string patch, string? why)
    {
        var (code, body) = await Node.SendAsync("PATCH", Default + "pods/p/status", patch, MergePatch);

        Assert.That(code, Is.EqualTo(why is null ? 200 : 403), body.ToJsonString());
        Assert.That(why is null || body.Text("message").EndsWith($": node \"n1\" {why}"), Is.True, body.Text("message"));
    }

    [TestCase("\"controller\":true", "", null)]
    [TestCase("\"controller\":false", "", "node \"n1\" can only create pods with a controller owner reference set to itself")]
    [TestCase("\"controller\":true,\"blockOwnerDeletion\":true", "",
        "node \"n1\" must not set blockOwnerDeletion on an owner reference")]
    [TestCase("\"controller\":true", """,{"apiVersion":"v1","kind":"Node","name":"n2","uid":"u"}""",
        "node \"n1\" can only create pods with a single owner reference set to itself")]
    public async Task MirrorPod_ByItsNode_IsOwnedByItAlone(string flags, string more, string? why)
    {
        var (code, body) = await MirrorAsync("\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]", flags, more);

        Assert.That(code, Is.EqualTo(why is null ? 201 : 403), body.ToJsonString());
        Assert.That(why is null || body.Text("message").EndsWith(": " + why), Is.True, body.Text("message"));
    }

    [TestCase(""","resourceClaims":[{"name":"g","resourceClaimTemplateName":"t"}]""", "resourceclaims")]
    [TestCase(""","volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"c"}}]""", "persistentvolumeclaims")]
    [TestCase(""","volumes":[{"name":"v","configMap":{"name":"c"}}]""", "configmaps")]
    public async Task MirrorPod_NamingObjects_IsRefused(string spec, string what)
    {
        var (code, body) = await MirrorAsync("\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]" + spec, "\"controller\":true", "");

        Assert.That(code, Is.EqualTo(403), body.ToJsonString());
        Assert.That(body.Text("message"), Does.EndWith(": node \"n1\" can not create pods that reference " + what));
    }

    [TestCase("n1", 201)]
    [TestCase("n2", 403)]
    public async Task ResourceSlice_ByANode_OnlyItsOwn(string node, int expected)
    {
        var (code, body) = await Node.SendAsync("POST", "apis/resource.k8s.io/v1/resourceslices", """
            {"metadata":{"name":"s"},"spec":{"nodeName":"NODE","driver":"d.example.com","pool":{"name":"p","generation":1,
            "resourceSliceCount":1}}}
            """.Replace("NODE", node));

        Assert.That(code, Is.EqualTo(expected), body.ToJsonString());
        Assert.That(code == 201 || body.Text("message").EndsWith(
            ": can only create ResourceSlice with the same NodeName as the requesting node"), Is.True);
    }

    [TestCase("system:node:n1", 201)]
    [TestCase("system:node:n2", 403)]
    public async Task SigningRequest_ByANode_OnlyForItself(string name, int expected)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = new CertificateRequest($"O=system:nodes, CN={name}", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        var (code, body) = await Node.SendAsync("POST", "apis/certificates.k8s.io/v1/certificatesigningrequests", """
            {"metadata":{"name":"csr"},"spec":{"request":"PEM","signerName":"kubernetes.io/kube-apiserver-client-kubelet",
            "usages":["digital signature","client auth"]}}
            """.Replace("PEM", Convert.ToBase64String(Encoding.ASCII.GetBytes(pem))));

        Assert.That(code, Is.EqualTo(expected), body.ToJsonString());
        Assert.That(
            code == 201 || body.Text("message").EndsWith(": can only create a node CSR with CN=system:node:n1"), Is.True,
            body.Text("message"));
    }

    private HttpClient Node => _cluster.As("system:node:n1", "system:nodes");

    private async Task<(int Code, JsonObject Body)> TokenAsync(string audiences)
    {
        var (_, pod) = await _cluster.Admin.SendAsync("GET", Default + "pods/p");
        return await Node.SendAsync("POST", Default + "serviceaccounts/sa/token", """
            {"spec":{"audiences":AUDIENCES,"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p","uid":"UID"}}}
            """.Replace("AUDIENCES", audiences).Replace("UID", pod.Text("metadata.uid")));
    }

    private async Task<(int Code, JsonObject Body)> MirrorAsync(string spec, string flags, string moreOwners)
    {
        var (_, self) = await _cluster.Admin.SendAsync("GET", "api/v1/nodes/n1");
        return await Node.SendAsync("POST", Default + "pods", """
            {"metadata":{"name":"static","annotations":{"kubernetes.io/config.mirror":"x"},"ownerReferences":[{"apiVersion":"v1",
            "kind":"Node","name":"n1","uid":"UID",FLAGS}MORE]},"spec":{"nodeName":"n1",SPEC}}
            """.Replace("UID", self.Text("metadata.uid")).Replace("FLAGS", flags).Replace("MORE", moreOwners)
            .Replace("SPEC", spec));
    }
}
