using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Auth;

/// <summary>The access reviews through the API: selectors, what is wrong with a question, and rules.</summary>
public sealed class AccessReviewTests
{
    private const string Group = "apis/authorization.k8s.io/v1/";

    private SecureCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _cluster = await SecureCluster.StartAsync();

    [OneTimeTearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [TestCase("""{"rawSelector":"spec.nodeName=n1"}""", "true", "")]
    [TestCase("""{"rawSelector":"spec.nodeName=n1,status.phase!=Failed"}""", "true", "")]
    [TestCase("""{"rawSelector":"spec.nodeName=n2"}""", "false", "")]
    [TestCase("""{"rawSelector":"spec.nodeName=a=b"}""", "false", "spec.resourceAttributes.fieldSelector ignored due to parse error")]
    [TestCase("""{"requirements":[{"key":"spec.nodeName","operator":"In","values":["n1"]}]}""", "true", "")]
    [TestCase("""{"requirements":[{"key":"spec.nodeName","operator":"NotIn","values":["n1"]}]}""", "false", "")]
    [TestCase("""{"requirements":[{"key":"spec.nodeName","operator":"In","values":["n1","n2"]}]}""", "false",
        "spec.resourceAttributes.fieldSelector ignored due to parse error")]
    [TestCase("""{"requirements":[{"key":"spec.nodeName","operator":"In","values":["n1"]},{"key":"a","operator":"Exists"}]}""", "true",
        "spec.resourceAttributes.fieldSelector partially ignored due to parse error")]
    [TestCase("""{"requirements":[{"key":"spec.nodeName=n1,x","operator":"In","values":["n1"]}]}""", "false", "")]
    public async Task SubjectAccessReview_FieldSelector_CountsForNodes(string selector, string allowed, string error)
    {
        var (code, answer) = await NodeListsPodsAsync("\"fieldSelector\":" + selector);

        Assert.That(code, Is.EqualTo(201), answer.ToJsonString());
        Assert.That(answer.Text("status.allowed"), Is.EqualTo(allowed), answer.ToJsonString());
        Assert.That(answer.Text("status.evaluationError"), Is.EqualTo(error));
    }

    [TestCase("""{"rawSelector":"app in (a"}""", "spec.resourceAttributes.labelSelector ignored due to parse error")]
    [TestCase("""{"rawSelector":"app=a"}""", "")]
    [TestCase("""{"requirements":[{"key":"app","operator":"Later","values":["a"]}]}""",
        "spec.resourceAttributes.labelSelector ignored due to parse error")]
    [TestCase("""{"requirements":[{"key":"app","operator":"In","values":["a"]},{"key":"b","operator":"Later"}]}""",
        "spec.resourceAttributes.labelSelector partially ignored due to parse error")]
    public async Task SubjectAccessReview_LabelSelector_IsReadOrSaidNotToBe(string selector, string error)
    {
        var (code, answer) = await NodeListsPodsAsync("\"labelSelector\":" + selector);

        Assert.That(code, Is.EqualTo(201), answer.ToJsonString());
        Assert.That(answer.Text("status.evaluationError"), Is.EqualTo(error));
    }

    [TestCase("\"fieldSelector\":{}",
        "spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required")]
    [TestCase("\"labelSelector\":{}",
        "spec.resourceAttributes.labelSelector.requirements: Required value: when spec.resourceAttributes.labelSelector is specified, requirements or rawSelector is required")]
    [TestCase("\"fieldSelector\":{\"rawSelector\":\"a=b\",\"requirements\":[{\"key\":\"a\",\"operator\":\"In\",\"values\":[\"b\"]}]}",
        "spec.resourceAttributes.fieldSelector.rawSelector: Invalid value: \"a=b\": may not specified at the same time as requirements")]
    [TestCase("\"fieldSelector\":{\"requirements\":[{\"key\":\"\",\"operator\":\"In\"}]}",
        "[spec.resourceAttributes.fieldSelector.requirements[0].key: Required value: must be specified, spec.resourceAttributes.fieldSelector.requirements[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn']")]
    [TestCase("\"fieldSelector\":{\"requirements\":[{\"key\":\"a\",\"operator\":\"Exists\",\"values\":[\"b\"]}]}",
        "spec.resourceAttributes.fieldSelector.requirements[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
    [TestCase("\"labelSelector\":{\"requirements\":[{\"key\":\"a\",\"operator\":\"DoesNotExist\",\"values\":[\"b\"]}]}",
        "spec.resourceAttributes.labelSelector.requirements[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
    public async Task SubjectAccessReview_SelectorOfBadForm_Invalid(string selector, string error)
    {
        var (code, answer) = await NodeListsPodsAsync(selector);

        Assert.That(code, Is.EqualTo(422), answer.ToJsonString());
        Assert.That(answer.Text("message"), Is.EqualTo("SubjectAccessReview.authorization.k8s.io \"\" is invalid: " + error));
    }

    [TestCase("subjectaccessreviews", "{}", 422)]
    [TestCase("subjectaccessreviews", """{"spec":{"user":"x"}}""", 422)]
    [TestCase("subjectaccessreviews", """{"spec":{"nonResourceAttributes":{"path":"/"}}}""", 422)]
    [TestCase("subjectaccessreviews", """{"spec":{"user":"x","resourceAttributes":{},"nonResourceAttributes":{}}}""", 422)]
    [TestCase("subjectaccessreviews", """{"metadata":{"name":"x"},"spec":{"user":"x","resourceAttributes":{}}}""", 422)]
    [TestCase("subjectaccessreviews", """{"spec":{"user":"x","resourceAttributes":{}}}""", 201)]
    [TestCase("subjectaccessreviews", """{"spec":{"user":"x","extra":{"a":"b"},"resourceAttributes":{}}}""", 400)]
    [TestCase("subjectaccessreviews", """{"spec":"x"}""", 400)]
    [TestCase("subjectaccessreviews", "[", 400)]
    [TestCase("selfsubjectaccessreviews", "{}", 422)]
    [TestCase("selfsubjectrulesreviews", "{}", 400)]
    [TestCase("namespaces/default/localsubjectaccessreviews",
        """{"spec":{"user":"x","resourceAttributes":{"namespace":"other","verb":"get"}}}""", 422)]
    public async Task Review_Garbage_UpstreamsAnswer(string resource, string body, int expected)
    {
        var (code, answer) = await _cluster.Admin.SendAsync("POST", Group + resource, body);

        Assert.That(code, Is.EqualTo(expected), answer.ToJsonString());
    }

    [Test]
    public async Task RulesReview_RoleMissing_SaysSoAndIsComplete()
    {
        await _cluster.CreateAsync("apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """
            {"metadata":{"name":"dangling"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"gone"},
            "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"dora"}]}
            """);
        var (_, review) = await _cluster.As("dora").SendAsync(
            "POST", Group + "selfsubjectrulesreviews", """{"spec":{"namespace":"default"}}""");

        Assert.That(review.Text("status.incomplete"), Is.EqualTo("false"));
        Assert.That(
            review.Text("status.evaluationError"), Is.EqualTo("clusterrole.rbac.authorization.k8s.io \"gone\" not found"));
        Assert.That(review["status"]!["resourceRules"]!.AsArray().Select(r => r!["resources"]!.ToJsonString()), Has.Member(
            """["selfsubjectreviews"]"""));
    }

    [Test]
    public async Task RulesReview_Administrator_HasEverythingOnce()
    {
        var (_, review) = await _cluster.Admin.SendAsync(
            "POST", Group + "selfsubjectrulesreviews", """{"spec":{"namespace":"default"}}""");

        Assert.That(
            review["status"]!["resourceRules"]!.AsArray().Count(r => r!["verbs"]!.ToJsonString() == """["*"]"""), Is.EqualTo(1));
    }

    private Task<(int Code, JsonObject Body)> NodeListsPodsAsync(string selector) => _cluster.Admin.SendAsync(
        "POST", Group + "subjectaccessreviews", """
        {"spec":{"user":"system:node:n1","groups":["system:nodes"],"resourceAttributes":{"verb":"list","resource":"pods",SELECTOR}}}
        """.Replace("SELECTOR", selector));
}
