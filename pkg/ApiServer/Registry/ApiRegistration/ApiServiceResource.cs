using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.ApiRegistration;

/// <summary>
/// APIServices: group versions that another server serves.
/// https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/
/// </summary>
internal sealed class ApiServiceResource : ResourceStrategy
{
    private const long HttpsPort = 443;
    private const long MaxGroupPriority = 20_000;
    private const long MaxVersionPriority = 1000;

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <inheritdoc/>
    public override bool TakesAnyFinalizer => true;

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void Default(JsonObject obj) => obj.Child("spec").Child("service")?.Default("port", HttpsPort);

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        var (group, version) = (obj.Text("spec.group"), obj.Text("spec.version"));
        ValidateName(obj.Text("metadata.name"), $"{version}.{group}", errors);
        if (group.Length == 0 && version != "v1")
        {
            errors.Required(Spec.Child("group"), "only v1 may have an empty group and it better be legacy kube");
        }

        errors.AddMessages(Spec.Child("group"), group, NameRules.IsDns1123Subdomain);
        errors.AddMessages(Spec.Child("version"), version, NameRules.IsDns1035Label, evenEmpty: true);
        ValidatePriority(obj, "groupPriorityMinimum", MaxGroupPriority, errors);
        ValidatePriority(obj, "versionPriority", MaxVersionPriority, errors);
        ValidateService(obj.Child("spec") ?? [], errors);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ValidateName(string name, bool prefix) => NameRules.PathSegment(name, prefix);

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Text("Service", "The Service that serves it", o => o.Child("spec").Child("service") is { } service
            ? $"{service.Text("namespace")}/{service.Text("name")}"
            : "Local"),
        Columns.Text("Available", "Whether it can be reached", Available),
        Columns.Age,
    ];

    private static void ValidateName(string name, string required, FieldErrorList errors)
    {
        if (name != required)
        {
            errors.Invalid(
                FieldPath.Of("metadata", "name"), name, $"must be `spec.version+\".\"+spec.group`: \"{required}\"");
        }
    }

    private static void ValidatePriority(JsonObject obj, string field, long max, FieldErrorList errors)
    {
        if ((obj.Integer("spec." + field) ?? 0) is var priority && (priority <= 0 || priority > max))
        {
            errors.Invalid(Spec.Child(field), priority, $"must be positive and less than {max}");
        }
    }

    private static void ValidateService(JsonObject spec, FieldErrorList errors)
    {
        var bundle = spec.Text("caBundle");
        var insecure = spec.Flag("insecureSkipTLSVerify");
        if (spec.Child("service") is not { } service)
        {
            if (bundle.Length > 0)
            {
                errors.Invalid(
                    Spec.Child("caBundle"), $"{Convert.FromBase64String(bundle).Length} bytes",
                    "local APIServices may not have a caBundle");
            }

            if (insecure)
            {
                errors.Invalid(
                    Spec.Child("insecureSkipTLSVerify"), true, "local APIServices may not have insecureSkipTLSVerify");
            }

            return;
        }

        var path = Spec.Child("service");
        errors.RequiredText(path.Child("namespace"), service.Text("namespace"));
        errors.RequiredText(path.Child("name"), service.Text("name"));
        if (NameRules.IsPortNumber((int)(service.Integer("port") ?? 0)) is { Count: > 0 } wrong)
        {
            errors.Invalid(
                path.Child("port"), service.Integer("port") ?? 0, "port is not valid: " + string.Join(',', wrong));
        }

        if (insecure && bundle.Length > 0)
        {
            errors.Invalid(Spec.Child("insecureSkipTLSVerify"), true, "may not be true if caBundle is present");
        }
    }

    private static string Available(JsonObject obj)
    {
        var condition = obj.Child("status").Items("conditions").FirstOrDefault(c => c.Text("type") == "Available");
        return condition is null ? "Unknown"
            : condition.Text("status") == "True" ? "True"
            : $"{condition.Text("status")} ({condition.Text("reason")})";
    }
}
