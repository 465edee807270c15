using System.Diagnostics.Metrics;
using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Admission.Policies;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Registry;
using Kube1.Tests.Auth;

namespace Kube1.Tests.Admission;

/// <summary>What comes of several match conditions together: one that is false decides, then one that fails.</summary>
public sealed class MatchConditionTests
{
    private static readonly ResourceDescriptor ConfigMaps =
        ResourceCatalog.All.Single(r => r.Resource == new GroupVersionResource("", "v1", "configmaps"));

    [TestCase(true, null, "true", "request.kind.kind == 'ConfigMap' && request.operation == 'CREATE'")]
    [TestCase(false, null, "true", "false")]
    [TestCase(false, null, "object.x == 1", "false")]
    [TestCase(true, "expression 'object.x == 1' resulted in error: no such key: x", "true", "object.x == 1")]
    [TestCase(
        true,
        "[expression 'object.x == 1' resulted in error: no such key: x, expression 'object.y == 1' resulted in error: no such key: y]",
        "object.x == 1", "object.y == 1")]
    [TestCase(true, "compilation error: must evaluate to bool but got int", "1", "true")]
    [TestCase(true, null, "namespaceObject == null && oldObject == null", "request.userInfo.groups.exists(g, g == 'system:masters')")]
    public void Conditions_Together_MatchOrNot(bool matches, string? error, params string[] conditions)
    {
        var outcome = Evaluate(conditions);

        Assert.That((outcome.Matches, outcome.Error), Is.EqualTo((matches, error)));
    }

    [Test]
    public void DearConditions_ShareOneBudget()
    {
        const string digits = "[0,1,2,3,4,5,6,7,8,9]";
        var dear = $"{digits}.all(a, {digits}.all(b, {digits}.all(c, {digits}.all(d, a + b + c + d >= 0))))";

        var outcome = Evaluate([.. Enumerable.Repeat(dear, 64)]);

        Assert.That(outcome.Matches, Is.True);
        Assert.That(
            outcome.Error, Is.EqualTo("validation failed due to running out of cost budget, no further validation rules will be run"));
    }

    [TestCase(2, "object.x == 1", "object.x == 1", "true")]
    [TestCase(1, "object.x == 1", "false", "object.y == 1")]
    [TestCase(0, "false", "object.y == 1")]
    [TestCase(0, "true")]
    public void Conditions_AreTimed_AndErrorsBeforeTheFirstFalseOneCount(int errors, params string[] conditions)
    {
        // A meter belongs to the process, so the name must be this test's own.
        var name = Guid.NewGuid().ToString();
        var (counted, timed) = (0L, 0);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name.StartsWith("apiserver_admission_match_condition_evaluation_", StringComparison.Ordinal))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counted += IsOurs(tags) ? value : 0);
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => timed += IsOurs(tags) ? 1 : 0);
        listener.Start();

        Evaluate(conditions, name);

        Assert.That((counted, timed), Is.EqualTo(((long)errors, 1)));

        bool IsOurs(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(
            ' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))
            == $"name={name} kind=webhook type=validating operation=CREATE";
    }

    [TestCase("authorizer.group('').resource('secrets').namespace('a').check('get').allowed()")]
    [TestCase("authorizer.requestResource.check('create').allowed()")]
    [TestCase("!authorizer.serviceAccount('a', 'robot').path('/healthz').check('get').allowed()")]
    [TestCase("authorizer.serviceAccount('a', 'robot').path('/healthz').check('get').reason() == 'no master'")]
    [TestCase("authorizer.requestResource.check('impersonate').reason() == 'configmaps/cm of default as system:apiserver'")]
    public void Authorizer_IsAskedAsTheUser(string condition)
    {
        var outcome = Evaluate([condition]);

        Assert.That(outcome, Is.EqualTo(new MatchOutcome(true)));
    }

    private static MatchOutcome Evaluate(string[] conditions, string name = "w")
    {
        var request = new AdmissionRequest
        {
            Operation = AdmissionOperation.Create,
            Resource = ConfigMaps,
            User = UserInfo.ApiServer,
            Namespace = "default",
            Name = "cm",
            Object = new() { ["data"] = "d" },
            Objects = new FakeObjects(),
            Forms = new RequestedForms(new ServedResource(ConfigMaps, StrategyCatalog.For(ConfigMaps), store: null), [], ""),
        };
        var input = new PolicyInput(
            request, request.Forms.Requested, new VersionedWrite(request.Object, null),
            () => throw new InvalidOperationException("not shown"), new OnlyMasters());
        return MatchConditions.Compile(
            new MatchConditionOwner(name, "webhook", AdmissionMetrics.ValidatingWebhook), conditions,
            PolicyEnvironment.OfConditions(hasParameters: false))!
            .Evaluate(input, CancellationToken.None);
    }

    private sealed class OnlyMasters : IAuthorizer
    {
        public AuthorizationDecision Authorize(AuthorizationAttributes attributes) =>
            attributes.User.Groups.Contains(UserInfo.MastersGroup)
                ? new AuthorizationDecision(
                    true, $"{attributes.Resource}/{attributes.Name} of {attributes.Namespace} as {attributes.User.Name}")
                : new AuthorizationDecision(false, "no master");
    }
}
