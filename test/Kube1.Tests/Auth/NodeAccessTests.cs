using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Auth;

/// <summary>
/// What a node's client certificate reaches over real HTTPS: its own pods' secrets, config maps, claims, volumes and tokens,
/// and nothing that another node's pods name.
/// </summary>
public sealed class NodeAccessTests
{
    private const string Default = "api/v1/namespaces/default/";
    private const string Unrelated = "no relationship found between node 'n1' and this object";

    private SecureCluster _cluster = null!;

    [SetUp]
    public async Task SetUp()
    {
        _cluster = await SecureCluster.StartAsync();
        foreach (var node in (string[])["n1", "n2"])
        {
            await _cluster.CreateAsync("api/v1/nodes", "{\"metadata\":{\"name\":\"" + node + "\"}}");
            await _cluster.CreateAsync(Default + "serviceaccounts", "{\"metadata\":{\"name\":\"sa-" + node + "\"}}");
            await _cluster.CreateAsync(Default + "secrets", "{\"metadata\":{\"name\":\"s-" + node + "\"}}");
            await _cluster.CreateAsync(Default + "secrets", "{\"metadata\":{\"name\":\"disk-" + node + "\"}}");
            await _cluster.CreateAsync(Default + "configmaps", "{\"metadata\":{\"name\":\"c-" + node + "\"}}");
            await _cluster.CreateAsync(Default + "persistentvolumeclaims", Claim("v-" + node));
            await _cluster.CreateAsync("api/v1/persistentvolumes", Volume("pv-" + node, "v-" + node, "disk-" + node));
            await _cluster.CreateAsync("apis/storage.k8s.io/v1/volumeattachments", Attachment("a-" + node, node));
            await _cluster.CreateAsync(Default + "pods", Pod("p-" + node, node));
            await BindAsync("p-" + node, node);
        }
    }

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [TestCase(Default + "secrets/s-N")]
    [TestCase(Default + "secrets/disk-N")]
    [TestCase(Default + "secrets?fieldSelector=metadata.name%3Ds-N")]
    [TestCase(Default + "configmaps/c-N")]
    [TestCase(Default + "configmaps?fieldSelector=metadata.name%3Dc-N")]
    [TestCase(Default + "persistentvolumeclaims/v-N")]
    [TestCase("api/v1/persistentvolumes/pv-N")]
    [TestCase("apis/storage.k8s.io/v1/volumeattachments/a-N")]
    [TestCase(Default + "serviceaccounts/sa-N")]
    [TestCase(Default + "pods/p-N")]
    public async Task Get_OwnAndAnothers_OnlyItsOwn(string path)
    {
        var own = await Node("n1").SendAsync("GET", path.Replace("-N", "-n1"));
        var others = await Node("n1").SendAsync("GET", path.Replace("-N", "-n2"));

        Assert.That(own.Code, Is.EqualTo(200), own.Body.ToJsonString());
        Assert.That(others.Code, Is.EqualTo(403));
        Assert.That(others.Body.Text("message"), Does.EndWith(": " + Unrelated));
    }

    [TestCase("GET", Default + "secrets", "No Object name found")]
    [TestCase("GET", "api/v1/secrets", "can only read namespaced object of this type")]
    [TestCase("DELETE", Default + "secrets/s-n1", "can only read resources of this type")]
    [TestCase("GET", Default + "persistentvolumeclaims", "can only get individual resources of this type")]
    [TestCase("GET", "api/v1/persistentvolumes?watch=1", "can only get individual resources of this type")]
    [TestCase("GET", Default + "persistentvolumeclaims/v-n1/status", "can only get/update/patch this type")]
    [TestCase("GET", Default + "serviceaccounts", "can only create tokens for individual service accounts")]
    [TestCase("GET", Default + "pods", "can only list/watch pods with spec.nodeName field selector")]
    [TestCase("GET", "api/v1/pods?fieldSelector=spec.nodeName%3Dn2", "can only list/watch pods with spec.nodeName field selector")]
    [TestCase("GET", "api/v1/pods?fieldSelector=spec.nodeName!%3Dn1", "can only list/watch pods with spec.nodeName field selector")]
    [TestCase("GET", "api/v1/nodes", "node 'n1' cannot read all nodes, only its own Node object")]
    [TestCase("GET", "api/v1/nodes/n2", "node 'n1' cannot read 'n2', only its own Node object")]
    [TestCase("DELETE", "api/v1/nodes/n1", null)]
    [TestCase("GET", "apis/coordination.k8s.io/v1/namespaces/default/leases/n1",
        "can only access leases in the \"kube-node-lease\" system namespace")]
    [TestCase("GET", "apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n2",
        "can only access node lease with the same name as the requesting node")]
    [TestCase("GET", "apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases",
        "can only get, create, update, patch, or delete a node lease")]
    [TestCase("GET", "apis/storage.k8s.io/v1/csinodes/n2", "can only access CSINode with the same name as the requesting node")]
    [TestCase("GET", "apis/storage.k8s.io/v1/csinodes", "can only get, create, update, patch, or delete a CSINode")]
    [TestCase("GET", "apis/resource.k8s.io/v1/resourceslices",
        "can only list/watch/deletecollection resourceslices with nodeName field selector")]
    [TestCase("GET", "apis/resource.k8s.io/v1/resourceslices/any", Unrelated)]
    [TestCase("GET", "apis/resource.k8s.io/v1/namespaces/default/resourceclaims/any", Unrelated)]
    [TestCase("GET", "apis/rbac.authorization.k8s.io/v1/clusterroles", null)]
    [TestCase("GET", Default + "endpoints", null)]
    public async Task Request_BeyondANode_ForbiddenInUpstreamsWords(string method, string path, string? why)
    {
        var (code, status) = await Node("n1").SendAsync(method, path);

        Assert.That(code, Is.EqualTo(403), status.ToJsonString());
        Assert.That(status.Text("message"), why is null ? Does.Match("(cluster scope|namespace \"default\")$") : Does.EndWith(": " + why));
    }

    [TestCase("api/v1/pods?fieldSelector=spec.nodeName%3Dn1")]
    [TestCase("api/v1/pods?fieldSelector=status.phase!%3DFailed,spec.nodeName%3D%3Dn1")]
    [TestCase("api/v1/nodes/n1")]
    [TestCase("api/v1/nodes?fieldSelector=metadata.name%3Dn1")]
    [TestCase("api/v1/services")]
    [TestCase("apis/storage.k8s.io/v1/csidrivers")]
    [TestCase("apis/node.k8s.io/v1/runtimeclasses")]
    [TestCase("apis/resource.k8s.io/v1/resourceslices?fieldSelector=spec.nodeName%3Dn1")]
    public async Task Get_WhatAKubeletNeeds_Allowed(string path) =>
        Assert.That((await Node("n1").SendAsync("GET", path)).Code, Is.EqualTo(200));

    [Test]
    public async Task Pod_Deleted_TakesItsNodesRightsAlong()
    {
        var before = await Node("n1").SendAsync("GET", Default + "secrets/disk-n1");
        await _cluster.Admin.SendAsync("DELETE", Default + "pods/p-n1?gracePeriodSeconds=0");
        var paths = (string[])[Default + "secrets/s-n1", Default + "secrets/disk-n1", "api/v1/persistentvolumes/pv-n1",
            Default + "serviceaccounts/sa-n1", Default + "pods/p-n1"];

        Assert.That(before.Code, Is.EqualTo(200));
        foreach (var path in paths)
        {
            Assert.That((await Node("n1").SendAsync("GET", path)).Code, Is.EqualTo(403), path);
        }
    }

    [Test]
    public async Task Pod_MadeAnewOnAnotherNode_MovesTheRights()
    {
        await _cluster.Admin.SendAsync("DELETE", Default + "pods/p-n1?gracePeriodSeconds=0");
        await _cluster.CreateAsync(Default + "pods", Pod("p-n1", "n1"));
        await BindAsync("p-n1", "n2");

        Assert.That((await Node("n1").SendAsync("GET", Default + "secrets/s-n1")).Code, Is.EqualTo(403));
        Assert.That((await Node("n2").SendAsync("GET", Default + "secrets/s-n1")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task MirrorPod_NamingASecret_GivesNothing()
    {
        var (_, self) = await _cluster.Admin.SendAsync("GET", "api/v1/nodes/n1");
        const string mirror = """
            {"metadata":{"name":"static","annotations":{"kubernetes.io/config.mirror":"x"},"ownerReferences":[{"apiVersion":"v1",
            "kind":"Node","name":"n1","uid":"UID","controller":true}]},"spec":{"nodeName":"n1","containers":[{"name":"c","image":"i"}],
            "volumes":[VOLUMES]}}
            """;
        var empty = mirror.Replace("UID", self.Text("metadata.uid")).Replace("VOLUMES", "");
        var naming = empty.Replace("\"volumes\":[]", "\"volumes\":[{\"name\":\"v\",\"secret\":{\"secretName\":\"s-n2\"}}]");

        var refused = await Node("n1").SendAsync("POST", Default + "pods", naming);
        var taken = await Node("n1").SendAsync("POST", Default + "pods", empty);

        Assert.That(refused.Code, Is.EqualTo(403));
        Assert.That(refused.Body.Text("message"), Does.Contain("a mirror pod may not reference secrets"));
        Assert.That(taken.Code, Is.EqualTo(201), taken.Body.ToJsonString());
        Assert.That((await Node("n1").SendAsync("GET", Default + "secrets/s-n2")).Code, Is.EqualTo(403));
    }

    [Test]
    public async Task Token_OfOwnAndOfAnothersPod_OnlyOwn()
    {
        var own = await TokenAsync("n1", "sa-n1", "p-n1");
        var othersAccount = await TokenAsync("n1", "sa-n2", "p-n2");
        var ownAccountOthersPod = await TokenAsync("n1", "sa-n1", "p-n2");
        var unbound = await Node("n1").SendAsync("POST", Default + "serviceaccounts/sa-n1/token", "{}");

        Assert.That(own.Code, Is.EqualTo(201), own.Body.ToJsonString());
        Assert.That(othersAccount.Body.Text("message"), Does.EndWith(": " + Unrelated));
        Assert.That(ownAccountOthersPod.Code, Is.EqualTo(403));
        Assert.That(unbound.Code, Is.EqualTo(403));
        Assert.That(unbound.Body.Text("message"), Does.Contain("node requested token not bound to a pod"));
    }

    [Test]
    public async Task Volume_BoundToAnothersClaim_GivesItsSecretToThatNode()
    {
        await _cluster.Admin.SendAsync("DELETE", "api/v1/persistentvolumes/pv-n1");
        await _cluster.Admin.SendAsync(
            "PATCH", "api/v1/persistentvolumes/pv-n1", """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");
        await _cluster.CreateAsync("api/v1/persistentvolumes", Volume("pv-3", "v-n2", "disk-n1"));

        Assert.That((await Node("n1").SendAsync("GET", Default + "secrets/disk-n1")).Code, Is.EqualTo(403));
        Assert.That((await Node("n2").SendAsync("GET", Default + "secrets/disk-n1")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task NameWithoutTheGroup_IsNoNode()
    {
        var impostor = _cluster.As("system:node:n1");
        var nameless = _cluster.As("system:node:", "system:nodes");

        Assert.That((await impostor.SendAsync("GET", Default + "secrets/s-n1")).Code, Is.EqualTo(403));
        Assert.That((await nameless.SendAsync("GET", "api/v1/services")).Body.Text("message"), Does.EndWith(
            ": unknown node for user \"system:node:\""));
    }

    [Test]
    public async Task RulesReview_OfANode_IsIncomplete()
    {
        var (_, review) = await Node("n1").SendAsync(
            "POST", "apis/authorization.k8s.io/v1/selfsubjectrulesreviews", """{"spec":{"namespace":"default"}}""");

        Assert.That(review.Text("status.incomplete"), Is.EqualTo("true"));
        Assert.That(review.Text("status.evaluationError"), Is.EqualTo("node authorizer does not support user rule resolution"));
    }

    private HttpClient Node(string name) => _cluster.As("system:node:" + name, "system:nodes");

    private async Task<(int Code, System.Text.Json.Nodes.JsonObject Body)> TokenAsync(string node, string account, string pod)
    {
        var (_, found) = await _cluster.Admin.SendAsync("GET", Default + "pods/" + pod);
        return await Node(node).SendAsync("POST", $"{Default}serviceaccounts/{account}/token", """
            {"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"POD","uid":"UID"}}}
            """.Replace("POD", pod).Replace("UID", found.Text("metadata.uid")));
    }

    private Task BindAsync(string pod, string node) => _cluster.CreateAsync(
        $"{Default}pods/{pod}/binding",
        "{\"metadata\":{\"name\":\"" + pod + "\"},\"target\":{\"kind\":\"Node\",\"name\":\"" + node + "\"}}");

    private static string Pod(string name, string suffix) => """
        {"metadata":{"name":"NAME"},"spec":{"serviceAccountName":"sa-N","automountServiceAccountToken":false,"containers":[{"name":"c",
        "image":"i","envFrom":[{"configMapRef":{"name":"c-N"}}]}],"volumes":[{"name":"s","secret":{"secretName":"s-N"}},
        {"name":"v","persistentVolumeClaim":{"claimName":"v-N"}},
        {"name":"t","projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]}}]}}
        """.Replace("NAME", name).Replace("-N", "-" + suffix);

    private static string Claim(string name) => """
        {"metadata":{"name":"NAME"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}
        """.Replace("NAME", name);

    private static string Volume(string name, string claim, string secret) => """
        {"metadata":{"name":"NAME"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],
        "claimRef":{"namespace":"default","name":"CLAIM"},
        "csi":{"driver":"d.example.com","volumeHandle":"h","nodeStageSecretRef":{"namespace":"default","name":"SECRET"}}}}
        """.Replace("NAME", name).Replace("CLAIM", claim).Replace("SECRET", secret);

    private static string Attachment(string name, string node) => """
        {"metadata":{"name":"NAME"},"spec":{"attacher":"d.example.com","nodeName":"NODE","source":{"persistentVolumeName":"pv"}}}
        """.Replace("NAME", name).Replace("NODE", node);
}
