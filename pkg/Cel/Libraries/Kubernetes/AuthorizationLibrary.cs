using Kube1.Api.Validation;
using Kube1.Cel.Costs;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// Asking the authorizer: <c>authorizer.group('apps').resource('deployments').check('get').allowed()</c>. The variable
/// <c>authorizer</c> is declared with <see cref="AuthorizerType"/> and bound to <see cref="Authorizer"/> by whoever
/// evaluates. Source: k8s.io/apiserver/pkg/cel/library/authz.go.
/// </summary>
public static class AuthorizationLibrary
{
    public static readonly CelType AuthorizerType = CelType.Object("kubernetes.authorization.Authorizer");
    public static readonly CelType PathCheckType = CelType.Object("kubernetes.authorization.PathCheck");
    public static readonly CelType GroupCheckType = CelType.Object("kubernetes.authorization.GroupCheck");
    public static readonly CelType ResourceCheckType = CelType.Object("kubernetes.authorization.ResourceCheck");
    public static readonly CelType DecisionType = CelType.Object("kubernetes.authorization.Decision");

    // An authorizer may be a webhook.
    private const ulong CheckCost = 350_000;

    // A requirement takes at least two characters of a selector, and is a list and an object.
    private const double RequirementsPerCharacter = 0.5;
    private const double CostPerRequirement = CelCosts.CreateList + CelCosts.CreateObject;

    private static readonly CelType Text = CelType.String;

    public static CelLibrary Library { get; } = new("kubernetes.authz")
    {
        SinceMinor = 27,
        Functions =
        [
            LibraryCosts.Cheap("path", CelOverload.Member("authorizer_path", [AuthorizerType, Text], PathCheckType, Path)),
            LibraryCosts.Cheap("group", CelOverload.Member("authorizer_group", [AuthorizerType, Text], GroupCheckType,
                a => Check(GroupCheckType, Of(a[0]).Authorizer, new CelAccessRequest { Group = a[1].AsString }))),
            LibraryCosts.Cheap("serviceAccount", CelOverload.Member(
                "authorizer_serviceaccount", [AuthorizerType, Text, Text], AuthorizerType, ServiceAccount)),
            LibraryCosts.Cheap("resource", CelOverload.Member(
                "groupcheck_resource", [GroupCheckType, Text], ResourceCheckType, Resource)),
            Refine("subresource", "resourcecheck_subresource", (request, text) => request with { Subresource = text }),
            Refine("namespace", "resourcecheck_namespace", (request, text) => request with { Namespace = text }),
            Refine("name", "resourcecheck_name", (request, text) => request with { Name = text }),
            new("check",
                CelOverload.Member("pathcheck_check", [PathCheckType, Text], DecisionType, Decide),
                CelOverload.Member("resourcecheck_check", [ResourceCheckType, Text], DecisionType, Decide))
            {
                Cost = static (ReadOnlySpan<CelValue> _, in CelValue _) => CheckCost,
                Estimate = static _ => new CallEstimate(CostEstimate.Fixed(CheckCost)),
            },
            Answer("errored", CelType.Bool, static decision => CelValue.Of(decision.Error is not null)),
            Answer("error", Text, static decision => CelValue.Of(decision.Error ?? "")),
            Answer("allowed", CelType.Bool, static decision => CelValue.Of(decision.Allowed)),
            Answer("reason", Text, static decision => CelValue.Of(decision.Reason)),
            LibraryCosts.CheapEquality(AuthorizerType), LibraryCosts.CheapEquality(PathCheckType),
            LibraryCosts.CheapEquality(GroupCheckType), LibraryCosts.CheapEquality(ResourceCheckType),
            LibraryCosts.CheapEquality(DecisionType),
        ],
    };

    /// <summary><c>fieldSelector</c> and <c>labelSelector</c> (KEP-4601).</summary>
    public static CelLibrary Selectors { get; } = new("kubernetes.authzSelectors")
    {
        SinceMinor = 31,
        Functions =
        [
            Select("fieldSelector", "authorizer_fieldselector", (request, text) => request with { FieldSelector = text }),
            Select("labelSelector", "authorizer_labelselector", (request, text) => request with { LabelSelector = text }),
        ],
    };

    /// <summary>The value of the variable <c>authorizer</c>.</summary>
    public static CelValue Authorizer(ICelAuthorizer authorizer) => Check(AuthorizerType, authorizer, new CelAccessRequest());

    /// <summary>
    /// The value of the variable <c>authorizer.requestResource</c>: a check of what a request is for, whose group,
    /// resource, subresource, namespace and name are set.
    /// </summary>
    public static CelValue ResourceCheck(ICelAuthorizer authorizer, CelAccessRequest request) =>
        Check(ResourceCheckType, authorizer, request);

    private static AccessCheck Of(in CelValue value) => (AccessCheck)value.AsObject;

    private static CelValue Check(CelType type, ICelAuthorizer authorizer, CelAccessRequest request) =>
        CelValue.Of(new AccessCheck(type, authorizer, request));

    private static CelValue Path(ReadOnlySpan<CelValue> arguments)
    {
        var path = arguments[1].AsString;
        return string.IsNullOrWhiteSpace(path)
            ? CelValue.Error("path must not be empty")
            : Check(PathCheckType, Of(arguments[0]).Authorizer, new CelAccessRequest { Path = path });
    }

    private static CelValue ServiceAccount(ReadOnlySpan<CelValue> arguments)
    {
        var (space, name) = (arguments[1].AsString, arguments[2].AsString);
        return NameRules.Subdomain(name, prefix: false).Count > 0 ? CelValue.Error("Invalid service account name")
            : NameRules.Label(space, prefix: false).Count > 0 ? CelValue.Error("Invalid service account namespace")
            : Authorizer(Of(arguments[0]).Authorizer.ForServiceAccount(space, name));
    }

    private static CelValue Resource(ReadOnlySpan<CelValue> arguments)
    {
        var (check, resource) = (Of(arguments[0]), arguments[1].AsString);
        return string.IsNullOrWhiteSpace(resource)
            ? CelValue.Error("resource must not be empty")
            : Check(ResourceCheckType, check.Authorizer, check.Request with { Resource = resource });
    }

    private static CelValue Decide(ReadOnlySpan<CelValue> arguments)
    {
        var check = Of(arguments[0]);
        return CelValue.Of(new Decision(check.Authorizer.Authorize(check.Request with { Verb = arguments[1].AsString })));
    }

    private static CelFunction Refine(string name, string id, Func<CelAccessRequest, string, CelAccessRequest> refine) =>
        LibraryCosts.Cheap(name, Refined(id, refine));

    private static CelOverload Refined(string id, Func<CelAccessRequest, string, CelAccessRequest> refine) =>
        CelOverload.Member(id, [ResourceCheckType, Text], ResourceCheckType, a =>
            Check(ResourceCheckType, Of(a[0]).Authorizer, refine(Of(a[0]).Request, a[1].AsString)));

    private static CelFunction Select(string name, string id, Func<CelAccessRequest, string, CelAccessRequest> refine) =>
        new(name, Refined(id, refine))
        {
            Cost = static (ReadOnlySpan<CelValue> arguments, in CelValue _) =>
                SelectorCost(SizeEstimate.Fixed(CelCosts.SizeOf(arguments[1]))).Max,
            Estimate = static site => site.Arguments is [var selector]
                ? new CallEstimate(SelectorCost(site.SizeOf(selector)))
                : null,
        };

    private static CostEstimate SelectorCost(SizeEstimate length)
    {
        var requirements = length.MultiplyByCostFactor(RequirementsPerCharacter);
        return CostEstimate.Fixed(CelCosts.CreateList).Add(LibraryCosts.Walked(length))
            .Add(requirements.MultiplyByCostFactor(CostPerRequirement));
    }

    private static CelFunction Answer(string name, CelType type, Func<CelAccessDecision, CelValue> answer) =>
        LibraryCosts.Cheap(name, CelOverload.Member(
            $"decision_{name}", [DecisionType], type, a => answer(((Decision)a[0].AsObject).Answer)));

    // An authorizer, or a check that has been narrowed down so far.
    private sealed class AccessCheck(CelType type, ICelAuthorizer authorizer, CelAccessRequest request) : CelObject
    {
        public override CelType Type => type;

        public ICelAuthorizer Authorizer { get; } = authorizer;

        public CelAccessRequest Request { get; } = request;

        public override bool EqualTo(CelObject other) => other is AccessCheck check && check.Type.Equals(type)
            && check.Authorizer.Equals(Authorizer) && check.Request == Request;

        public override int GetValueHash() => Request.GetHashCode();

        public override string ToString() => type.Name;
    }

    private sealed class Decision(CelAccessDecision answer) : CelObject
    {
        public override CelType Type => DecisionType;

        public CelAccessDecision Answer { get; } = answer;

        public override bool EqualTo(CelObject other) => other is Decision decision && decision.Answer == Answer;

        public override int GetValueHash() => Answer.GetHashCode();

        public override string ToString() => DecisionType.Name;
    }
}
