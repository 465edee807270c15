using Kube1.Tests.ApiServer;
using static Kube1.Tests.Admission.PolicyCluster;

namespace Kube1.Tests.Admission;

/// <summary>What the variable "request" tells of a request, to policies and to match conditions.</summary>
[TestFixture]
public sealed class RequestVariableTests
{
    private PolicyCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await PolicyCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [SetUp]
    public async Task ResetAsync()
    {
        await _cluster.ResetAsync();
        await _cluster.CreateAsync("a");
    }

    [TestCase(
        "POST", ConfigMaps + "?fieldManager=me&fieldValidation=Strict&dryRun=All", "configmaps",
        "request.options.kind == 'CreateOptions' && request.options.apiVersion == 'meta.k8s.io/v1' && "
        + "request.options.fieldManager == 'me' && request.options.fieldValidation == 'Strict' && "
        + "request.options.dryRun == ['All'] && request.dryRun && request.name == 'new' && request.namespace == 'default'")]
    [TestCase(
        "PUT", ConfigMaps + "/a", "configmaps",
        "request.options.kind == 'UpdateOptions' && !has(request.options.dryRun) && !request.dryRun && request.name == 'a'")]
    [TestCase(
        "DELETE", ConfigMaps + "/a", "configmaps",
        "request.options.kind == 'DeleteOptions' && request.options.propagationPolicy == 'Background' && object == null")]
    [TestCase("DELETE", ConfigMaps, "configmaps", "request.name == '' && oldObject.metadata.name == 'a'")]
    [TestCase(
        "POST", "api/v1/namespaces/default/serviceaccounts/default/token", "serviceaccounts/token",
        "request.kind.group == 'authentication.k8s.io' && request.kind.version == 'v1' && request.kind.kind == 'TokenRequest' && "
        + "request.resource.resource == 'serviceaccounts' && request.subResource == 'token' && "
        + "request.requestSubResource == 'token' && request.requestKind == request.kind")]
    [TestCase(
        "POST", "api/v1/namespaces", "namespaces", "request.namespace == 'new' && request.name == 'new' && namespaceObject == null")]
    public async Task Request_IsToldWhole(string method, string path, string resource, string expression)
    {
        if (resource == "serviceaccounts/token")
        {
            await _cluster.Admin.SendAsync("POST", "api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"default"}}""");
        }

        await _cluster.ValidateAsync(
            "p", $$$"""{{{{Constraints("", "v1", resource, "*")}}},"validations":[{"expression":"{{{expression}}}"}]}""");
        await _cluster.ValidateAsync(
            "q", $$$"""{{{{Constraints("", "v1", resource, "*")}}},"matchConditions":[{"name":"c","expression":"!({{{
                expression.Replace("&& namespaceObject == null", "", StringComparison.Ordinal)}}})"}],"validations":[{"expression":"false"}]}""");
        var body = method switch
        {
            "DELETE" => """{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}""",
            _ when resource == "serviceaccounts/token" => "{}",
            "PUT" => ApiTestClient.ConfigMap("a"),
            _ when resource == "namespaces" => """{"metadata":{"name":"new"}}""",
            _ => ApiTestClient.ConfigMap("new"),
        };

        var (code, answer) = await _cluster.Admin.SendAsync(method, path, body);

        Assert.That(code, Is.EqualTo(method == "POST" ? 201 : 200), answer.ToJsonString());
    }
}
