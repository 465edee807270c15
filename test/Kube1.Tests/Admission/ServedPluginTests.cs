using System.Text.Json.Nodes;
using Kube1.ApiServer.Admission;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Admission;

/// <summary>The smaller plug-ins through a running server, those too that are off by default.</summary>
[TestFixture]
public sealed class ServedPluginTests
{
    private const string Merge = "application/merge-patch+json";
    private const string Pods = "api/v1/namespaces/default/pods";
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const string Claims = "api/v1/namespaces/default/persistentvolumeclaims";
    private const string Rbac = "apis/rbac.authorization.k8s.io/v1/";

    private SecureCluster _cluster = null!;

    [SetUp]
    public async Task SetUp()
    {
        _cluster = await SecureCluster.StartAsync(
            admission: new AdmissionSettings
            {
                Enabled = ["AlwaysPullImages", "OwnerReferencesPermissionEnforcement", "DenyServiceExternalIPs"],
            });
        await _cluster.CreateAsync("api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"default"}}""");
    }

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task TerminatingNamespace_NewContent_IsForbiddenWithItsCause()
    {
        await _cluster.CreateAsync("api/v1/namespaces", """{"metadata":{"name":"ns"}}""");
        await _cluster.CreateAsync("api/v1/namespaces/ns/configmaps", """{"metadata":{"name":"old","finalizers":["a.b/c"]}}""");
        await _cluster.Admin.SendAsync("DELETE", "api/v1/namespaces/ns");

        var (create, status) = await _cluster.Admin.SendAsync(
            "POST", "api/v1/namespaces/ns/configmaps", """{"metadata":{"name":"new"}}""");
        var (update, _) = await _cluster.Admin.SendAsync(
            "PATCH", "api/v1/namespaces/ns/configmaps/old", """{"data":{"a":"b"}}""", Merge);

        Assert.That(create, Is.EqualTo(403));
        Assert.That(
            status.Text("message"),
            Is.EqualTo(
                "configmaps \"new\" is forbidden: unable to create new content in namespace ns because it is being terminated"));
        Assert.That(
            status["details"]!["causes"]!.ToJsonString(),
            Is.EqualTo(
                """[{"reason":"NamespaceTerminating","message":"namespace ns is being terminated","field":"metadata.namespace"}]"""));
        Assert.That(update, Is.EqualTo(200));
    }

    [TestCase("default")]
    [TestCase("kube-system")]
    [TestCase("kube-public")]
    public async Task ImmortalNamespace_Delete_IsForbidden(string name)
    {
        var (code, status) = await _cluster.Admin.SendAsync("DELETE", "api/v1/namespaces/" + name);

        Assert.That(code, Is.EqualTo(403));
        Assert.That(
            status.Text("message"), Is.EqualTo($"namespaces \"{name}\" is forbidden: this namespace may not be deleted"));
    }

    [Test]
    public async Task MissingNamespace_Create_IsNotFound()
    {
        var (code, status) = await _cluster.Admin.SendAsync(
            "POST", "api/v1/namespaces/none/configmaps", """{"metadata":{"name":"x"}}""");

        Assert.That(code, Is.EqualTo(404));
        Assert.That(status.Text("message"), Is.EqualTo("namespaces \"none\" not found"));
    }

    [Test]
    public async Task VolumesAndClaims_Create_GetTheirFinalizers()
    {
        await _cluster.CreateAsync(
            "api/v1/persistentvolumes",
            """
            {"metadata":{"name":"v"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],
            "hostPath":{"path":"/x"}}}
            """);
        await _cluster.CreateAsync(Claims, Claim("slow"));
        var (_, volume) = await _cluster.Admin.SendAsync("GET", "api/v1/persistentvolumes/v");
        var (_, claim) = await _cluster.Admin.SendAsync("GET", Claims + "/c");

        Assert.That(
            volume["metadata"]!["finalizers"]!.ToJsonString(), Is.EqualTo("""["kubernetes.io/pv-protection"]"""));
        Assert.That(
            claim["metadata"]!["finalizers"]!.ToJsonString(), Is.EqualTo("""["kubernetes.io/pvc-protection"]"""));
    }

    [TestCase(false, "slow", "Only bound persistent volume claims can be expanded")]
    [TestCase(
        true, "slow",
        "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize")]
    [TestCase(
        true, "none",
        "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize")]
    [TestCase(true, "fast", null)]
    public async Task Claim_Grown_OnlyWhereItsClassAllows(bool bound, string storageClass, string? why)
    {
        const string classes = "apis/storage.k8s.io/v1/storageclasses";
        await _cluster.CreateAsync(classes, """{"metadata":{"name":"slow"},"provisioner":"a/b"}""");
        await _cluster.CreateAsync(classes, """{"metadata":{"name":"fast"},"provisioner":"a/b","allowVolumeExpansion":true}""");
        await _cluster.CreateAsync(Claims, Claim(storageClass));
        if (bound)
        {
            await _cluster.Admin.SendAsync("PATCH", Claims + "/c/status", """{"status":{"phase":"Bound"}}""", Merge);
        }

        var (code, status) = await _cluster.Admin.SendAsync(
            "PATCH", Claims + "/c", """{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}""", Merge);

        if (bound)
        {
            Assert.That(code, Is.EqualTo(why is null ? 200 : 403), status.ToJsonString());
            Assert.That(
                why is null ? null : status.Text("message"),
                Is.EqualTo(why is null ? null : $"persistentvolumeclaims \"c\" is forbidden: {why}"));
        }
        else
        {
            // The registry's own rule for unbound claims answers first, as upstream.
            Assert.That(code, Is.EqualTo(422));
        }
    }

    [Test]
    public async Task Binding_NodeWithTopology_LabelsThePod()
    {
        await _cluster.CreateAsync(
            "api/v1/nodes",
            """
            {"metadata":{"name":"n","labels":{"topology.kubernetes.io/zone":"z1","topology.kubernetes.io/region":"r1","other":"x"}}}
            """);
        await _cluster.CreateAsync(
            Pods,
            """
            {"metadata":{"name":"p","labels":{"a":"b","topology.kubernetes.io/zone":"mine"}},
            "spec":{"containers":[{"name":"c","image":"i"}]}}
            """);

        var (code, _) = await _cluster.Admin.SendAsync(
            "POST", Pods + "/p/binding",
            """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}""");
        var (_, pod) = await _cluster.Admin.SendAsync("GET", Pods + "/p");

        Assert.That(code, Is.EqualTo(201));
        Assert.That(
            pod["metadata"]!["labels"]!.AsObject().ToDictionary(l => l.Key, l => (string)l.Value!),
            Is.EqualTo(new Dictionary<string, string>
            {
                ["a"] = "b", ["topology.kubernetes.io/region"] = "r1", ["topology.kubernetes.io/zone"] = "z1",
            }));
    }

    [Test]
    public async Task Pod_OtherPullPolicy_BecomesAlways()
    {
        await _cluster.CreateAsync(
            Pods,
            """
            {"metadata":{"name":"p"},"spec":{"initContainers":[{"name":"i","image":"i","imagePullPolicy":"Never"}],
            "containers":[{"name":"c","image":"i:v1"}],"volumes":[{"name":"v","image":{"reference":"r:v1"}}]}}
            """);
        var (_, pod) = await _cluster.Admin.SendAsync("GET", Pods + "/p");

        Assert.That((string)pod["spec"]!["initContainers"]![0]!["imagePullPolicy"]!, Is.EqualTo("Always"));
        Assert.That((string)pod["spec"]!["containers"]![0]!["imagePullPolicy"]!, Is.EqualTo("Always"));
        Assert.That((string)pod["spec"]!["volumes"]![0]!["image"]!["pullPolicy"]!, Is.EqualTo("Always"));
    }

    [Test]
    public async Task Service_NewExternalAddress_IsForbidden()
    {
        var (code, status) = await _cluster.Admin.SendAsync(
            "POST", "api/v1/namespaces/default/services",
            """{"metadata":{"name":"s"},"spec":{"externalIPs":["192.0.2.1"],"ports":[{"port":80}]}}""");

        Assert.That(code, Is.EqualTo(403));
        Assert.That(
            status.Text("message"),
            Is.EqualTo("services \"s\" is forbidden: Use of external IPs is denied by admission control"));
    }

    [Test]
    public async Task Owner_Blocking_TakesTheRightToItsFinalizers()
    {
        await AllowAsync("""[{"apiGroups":[""],"resources":["configmaps"],"verbs":["create","update","patch","get"]}]""");
        var alice = _cluster.As("alice");

        var (plain, _) = await alice.SendAsync("POST", ConfigMaps, Owned("a", "apps/v1", "Deployment", blocks: false));
        var (blocking, status) = await alice.SendAsync("POST", ConfigMaps, Owned("b", "apps/v1", "Deployment", blocks: true));
        var (unknown, unknownStatus) = await alice.SendAsync("POST", ConfigMaps, Owned("c", "x.io/v1", "Y", blocks: true));
        var (update, updateStatus) = await alice.SendAsync("PATCH", ConfigMaps + "/a", Owned("a", "v1", "Pod", blocks: false), Merge);
        var (other, _) = await alice.SendAsync("PATCH", ConfigMaps + "/a", """{"data":{"a":"b"}}""", Merge);

        Assert.That(plain, Is.EqualTo(201));
        Assert.That(blocking, Is.EqualTo(403));
        Assert.That(
            status.Text("message"),
            Is.EqualTo(
                "configmaps \"b\" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't "
                + "set finalizers on: , <nil>"));
        Assert.That(unknown, Is.EqualTo(403));
        Assert.That(
            unknownStatus.Text("message"),
            Is.EqualTo(
                "configmaps \"c\" is forbidden: cannot set blockOwnerDeletion in this case because cannot find RESTMapping for "
                + "APIVersion x.io/v1 Kind Y: no matches for kind \"Y\" in version \"x.io/v1\""));
        Assert.That(update, Is.EqualTo(403));
        Assert.That(
            updateStatus.Text("message"),
            Is.EqualTo("configmaps \"a\" is forbidden: cannot set an ownerRef on a resource you can't delete: , <nil>"));
        Assert.That(other, Is.EqualTo(200));
    }

    [Test]
    public async Task Owner_BlockingWithTheRight_Passes()
    {
        await AllowAsync(
            """
            [{"apiGroups":[""],"resources":["configmaps"],"verbs":["create"]},
            {"apiGroups":["apps"],"resources":["deployments/finalizers"],"verbs":["update"]}]
            """);

        var (code, answer) = await _cluster.As("alice").SendAsync(
            "POST", ConfigMaps, Owned("b", "apps/v1", "Deployment", blocks: true));

        Assert.That(code, Is.EqualTo(201), answer.ToJsonString());
    }

    private static string Owned(string name, string apiVersion, string kind, bool blocks) => new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = apiVersion, ["kind"] = kind, ["name"] = "o", ["uid"] = "u", ["blockOwnerDeletion"] = blocks,
            }),
        },
    }.ToJsonString();

    private static string Claim(string storageClass) =>
        $$$$$"""
        {"metadata":{"name":"c"},"spec":{"storageClassName":"{{{{{storageClass}}}}}","volumeName":"v","accessModes":["ReadWriteOnce"],
        "resources":{"requests":{"storage":"1Gi"}}}}
        """;

    private async Task AllowAsync(string rules)
    {
        await _cluster.CreateAsync(
            Rbac + "namespaces/default/roles", "{\"metadata\":{\"name\":\"r\"},\"rules\":" + rules + "}");
        await _cluster.CreateAsync(
            Rbac + "namespaces/default/rolebindings",
            """
            {"metadata":{"name":"r"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"},
            "subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"alice"}]}
            """);
    }
}
