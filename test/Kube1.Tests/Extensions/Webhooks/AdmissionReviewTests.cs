using System.Text.Json.Nodes;
using Kube1.ApiServer.Admission.Webhooks;
using Kube1.Tests.ApiServer;
using static Kube1.Tests.Extensions.Webhooks.WebhookCluster;

namespace Kube1.Tests.Extensions.Webhooks;

/// <summary>What webhooks are sent, for every kind of write.</summary>
public sealed class AdmissionReviewTests
{
    private const string Deployment = """{"metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""";

    private WebhookCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await WebhookCluster.StartAsync();
        _cluster.Hooks.Answer("see", """{"allowed":true}""");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [SetUp]
    public Task ResetAsync() => _cluster.ResetAsync();

    [Test]
    public void Answer_StatusNamesAMemberTwice_LastCounts()
    {
        const string review = """
            {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview",
            "response":{"uid":"u","allowed":false,"status":{"message":"first","message":"last"}}}
            """;

        var answer = AdmissionReviewAnswer.Read(JsonNode.Parse(review)!.AsObject(), "v1", "u", isMutating: false);

        Assert.That(answer.Status!.Message, Is.EqualTo("last"));
    }

    [Test]
    public async Task Create_ByAUser_IsShownWhole()
    {
        await _cluster.AddAsync(isMutating: false, "see");
        await _cluster.Admin.SendAsync(
            "POST", ConfigMaps + "?fieldManager=me&fieldValidation=Strict", ApiTestClient.ConfigMap("a"));

        var (path, body) = _cluster.Hooks.Calls.Single();
        var review = body["request"]!.AsObject();
        var user = review["userInfo"]!.AsObject();
        user.Remove("extra");
        var uid = review.Text("uid");
        review.Remove("uid");
        review.Remove("object");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(path, Is.EqualTo("/see"));
            Assert.That(Guid.TryParse(uid, out _), Is.True);
            Assert.That(body.ToJsonString(), Is.EqualTo("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"kind":{"group":"","version":"v1","kind":"ConfigMap"},"resource":{"group":"","version":"v1","resource":"configmaps"},"requestKind":{"group":"","version":"v1","kind":"ConfigMap"},"requestResource":{"group":"","version":"v1","resource":"configmaps"},"name":"a","namespace":"default","operation":"CREATE","userInfo":{"username":"admin","groups":["system:masters","system:authenticated"]},"oldObject":null,"dryRun":false,"options":{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1","fieldManager":"me","fieldValidation":"Strict"}}}"""));
        }
    }

    [Test]
    public async Task Create_Object_HasKindAndWhatTheServerFillsIn()
    {
        await _cluster.AddAsync(isMutating: false, "see");
        await _cluster.CreateConfigMapAsync("a");

        var obj = _cluster.Hooks.ReviewsOf("see").Single()["object"]!.AsObject();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(obj.Text("kind"), Is.EqualTo("ConfigMap"));
            Assert.That(obj.Text("apiVersion"), Is.EqualTo("v1"));
            Assert.That(obj.Text("metadata.uid"), Is.Not.Empty);
            Assert.That(obj.Text("metadata.managedFields.0.operation"), Is.EqualTo("Update"));
            Assert.That(obj.Text("data.k"), Is.EqualTo("a"));
        }
    }

    [Test]
    public async Task Create_GenerateName_MutatingSeesNoNameAndValidatingTheGeneratedOne()
    {
        _cluster.Hooks.Answer("before", """{"allowed":true}""");
        await _cluster.AddAsync(isMutating: true, "before");
        await _cluster.AddAsync(isMutating: false, "see");
        var (_, created) = await _cluster.Admin.SendAsync("POST", ConfigMaps, """{"metadata":{"generateName":"a-"}}""");

        Assert.That(_cluster.Hooks.ReviewsOf("before").Single()["name"], Is.Null);
        Assert.That(_cluster.Hooks.ReviewsOf("see").Single().Text("name"), Is.EqualTo(created.Text("metadata.name")));
    }

    [TestCase("PUT", "application/json", """{"metadata":{"name":"a"},"data":{"k":"b"}}""")]
    [TestCase("PATCH", "application/merge-patch+json", """{"data":{"k":"b"}}""")]
    [TestCase("PATCH", "application/apply-patch+yaml", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"b"}}""")]
    public async Task Update_AnyWay_HasBothObjectsAndUpdateOptions(string method, string type, string body)
    {
        await _cluster.CreateConfigMapAsync("a");
        await _cluster.AddAsync(isMutating: false, "see", Rules("UPDATE", "", "v1", "configmaps"));
        var (code, answer) = await _cluster.Admin.SendAsync(
            method, ConfigMaps + "/a?fieldManager=me&force=true".Replace(
                "&force=true", type.Contains("apply") ? "&force=true" : ""), body, type);

        Assert.That(code, Is.EqualTo(200), answer.ToJsonString());
        var review = _cluster.Hooks.ReviewsOf("see").Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(review.Text("operation"), Is.EqualTo("UPDATE"));
            Assert.That(review.Text("object.data.k"), Is.EqualTo("b"));
            Assert.That(review.Text("oldObject.data.k"), Is.EqualTo("a"));
            Assert.That(review.Text("oldObject.metadata.resourceVersion"), Is.Not.Empty);
            Assert.That(
                review["options"]!.ToJsonString(),
                Is.EqualTo("""{"kind":"UpdateOptions","apiVersion":"meta.k8s.io/v1","fieldManager":"me"}"""));
        }
    }

    [Test]
    public async Task Delete_HasTheOldObjectAndDeleteOptions()
    {
        await _cluster.CreateConfigMapAsync("a");
        await _cluster.AddAsync(isMutating: false, "see", Rules("DELETE", "", "v1", "configmaps"));
        await _cluster.Admin.SendAsync(
            "DELETE", ConfigMaps + "/a?dryRun=All", """{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background","dryRun":["All"]}""");

        var review = _cluster.Hooks.ReviewsOf("see").Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(review.Text("operation"), Is.EqualTo("DELETE"));
            Assert.That(review.Text("name"), Is.EqualTo("a"));
            Assert.That(review["object"], Is.Null);
            Assert.That(review.ContainsKey("object"), Is.True);
            Assert.That(review.Text("oldObject.data.k"), Is.EqualTo("a"));
            Assert.That(review.Text("dryRun"), Is.EqualTo("true"));
            Assert.That(
                JsonNode.DeepEquals(review["options"], JsonNode.Parse("""{"kind":"DeleteOptions","apiVersion":"meta.k8s.io/v1","propagationPolicy":"Background","dryRun":["All"]}""")),
                Is.True, review["options"]!.ToJsonString());
        }
    }

    [Test]
    public async Task DeleteCollection_IsShownObjectByObjectWithoutAName()
    {
        await _cluster.CreateConfigMapAsync("a");
        await _cluster.CreateConfigMapAsync("b");
        await _cluster.AddAsync(isMutating: true, "see", Rules("DELETE", "", "v1", "configmaps"));
        await _cluster.Admin.SendAsync("DELETE", ConfigMaps);

        var reviews = _cluster.Hooks.ReviewsOf("see");
        Assert.That(reviews.Select(r => r.Text("oldObject.metadata.name")), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(reviews.Select(r => r["name"]), Has.All.Null);
    }

    [Test]
    public async Task Scale_IsShownAsScale()
    {
        await _cluster.Admin.SendAsync("POST", "apis/apps/v1/namespaces/default/deployments", Deployment);
        await _cluster.AddAsync(isMutating: false, "see", Rules("UPDATE", "apps", "v1", "deployments/scale"));
        var (code, _) = await _cluster.Admin.SendAsync(
            "PATCH", "apis/apps/v1/namespaces/default/deployments/web/scale", """{"spec":{"replicas":5}}""",
            "application/merge-patch+json");

        var review = _cluster.Hooks.ReviewsOf("see").Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(200));
            Assert.That(review["kind"]!.ToJsonString(), Is.EqualTo("""{"group":"autoscaling","version":"v1","kind":"Scale"}"""));
            Assert.That(review.Text("resource.resource"), Is.EqualTo("deployments"));
            Assert.That(review.Text("subResource"), Is.EqualTo("scale"));
            Assert.That(review.Text("requestSubResource"), Is.EqualTo("scale"));
            Assert.That(review.Text("object.kind"), Is.EqualTo("Scale"));
            Assert.That(review.Text("object.spec.replicas"), Is.EqualTo("5"));
            Assert.That(review.Text("oldObject.spec.replicas"), Is.EqualTo("1"));
        }
    }

    [Test]
    public async Task Status_IsAboutTheSubresourceOnly()
    {
        await _cluster.Admin.SendAsync("POST", "api/v1/namespaces", """{"metadata":{"name":"shown"}}""");
        await _cluster.AddAsync(isMutating: false, "see", Rules("UPDATE", "", "v1", "namespaces/status"));
        await _cluster.Admin.SendAsync(
            "PATCH", "api/v1/namespaces/shown", """{"metadata":{"labels":{"a":"b"}}}""", "application/merge-patch+json");
        await _cluster.Admin.SendAsync(
            "PATCH", "api/v1/namespaces/shown/status", """{"metadata":{"labels":{"a":"c"}}}""", "application/merge-patch+json");

        var review = _cluster.Hooks.ReviewsOf("see").Single();
        Assert.That(review.Text("subResource"), Is.EqualTo("status"));
        Assert.That(review.Text("kind.kind"), Is.EqualTo("Namespace"));
        Assert.That(review.Text("namespace"), Is.EqualTo("shown"), "a namespace is in itself");
    }

    [TestCase("serviceaccounts", "token", "authentication.k8s.io/v1, TokenRequest", """{"spec":{"expirationSeconds":3600}}""")]
    [TestCase("pods", "eviction", "policy/v1, Eviction", """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"x"}}""")]
    [TestCase("pods", "binding", "v1, Binding", """{"metadata":{"name":"x"},"target":{"kind":"Node","name":"n"}}""")]
    public async Task Subresource_OfItsOwnKind_IsShownAsThat(string resource, string subresource, string kind, string body)
    {
        await _cluster.Admin.SendAsync("POST", "api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"x"}}""");
        _cluster.Hooks.Answer("no", """{"allowed":false}""");
        await _cluster.AddAsync(isMutating: false, "no", Rules("CREATE", "", "v1", $"{resource}/{subresource}"));
        var (code, answer) = await _cluster.Admin.SendAsync(
            "POST", $"api/v1/namespaces/default/{resource}/x/{subresource}", body);

        var review = _cluster.Hooks.ReviewsOf("no").Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(400), answer.ToJsonString());
            Assert.That(review.Text("subResource"), Is.EqualTo(subresource));
            Assert.That($"{review.Text("object.apiVersion")}, {review.Text("object.kind")}", Is.EqualTo(kind));
            Assert.That(review.Text("kind.kind"), Is.EqualTo(review.Text("object.kind")));
            Assert.That(review.Text("name"), Is.EqualTo("x"));
        }
    }

    [Test]
    public async Task Review_V1beta1_IsSentToThoseWhoWantItFirst()
    {
        await _cluster.AddAsync(isMutating: false, "see", "\"admissionReviewVersions\":[\"v2\",\"v1beta1\",\"v1\"]");
        var (code, _) = await _cluster.CreateConfigMapAsync("a");

        Assert.That(code, Is.EqualTo(201));
        Assert.That(_cluster.Hooks.Calls.Single().Body.Text("apiVersion"), Is.EqualTo("admission.k8s.io/v1beta1"));
    }

    [Test]
    public async Task UserInfo_OfACertificate_HasGroupsAndExtra()
    {
        await _cluster.AddAsync(isMutating: false, "see");
        var user = _cluster.As("jane", "system:masters", "developers");
        await user.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));

        var info = _cluster.Hooks.ReviewsOf("see").Single()["userInfo"]!.AsObject();
        Assert.That(info.Text("username"), Is.EqualTo("jane"));
        Assert.That(info["groups"]!.ToJsonString(), Is.EqualTo("""["system:masters","developers","system:authenticated"]"""));
        Assert.That(info["extra"]!["authentication.kubernetes.io/credential-id"]!.AsArray(), Has.Count.EqualTo(1));
    }
}
