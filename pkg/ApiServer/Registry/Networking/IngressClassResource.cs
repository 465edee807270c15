using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Networking;

/// <summary>IngressClasses: which controller serves an Ingress.</summary>
internal sealed class IngressClassResource : ResourceStrategy
{
    private const int MaxControllerBytes = 250;

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override void Default(JsonObject obj) => obj.Child("spec").Child("parameters")?.Default("scope", "Cluster");

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        var controller = obj.Text("spec.controller");
        if (controller.Length > MaxControllerBytes)
        {
            errors.TooLong(FieldPath.Of("spec", "controller"), MaxControllerBytes);
        }

        DomainRules.PrefixedPath(controller, FieldPath.Of("spec", "controller"), errors);
        if (obj.Child("spec").Child("parameters") is { } parameters)
        {
            ValidateParameters(parameters, FieldPath.Of("spec", "parameters"), errors);
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        errors.Immutable(FieldPath.Of("spec", "controller"), obj.At("spec.controller"), old.At("spec.controller"));
        Validate(context, obj, errors);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Field("Controller", "Who serves Ingresses of this class", "spec.controller"),
        Columns.Text("Parameters", "Object that configures the controller", Parameters),
        Columns.Age,
    ];

    private static void ValidateParameters(JsonObject parameters, FieldPath path, FieldErrorList errors)
    {
        ParentReferenceRules.ValidateTyped(parameters, path, errors);
        var ns = parameters["namespace"] is null ? null : parameters.Text("namespace");
        switch (parameters.Text("scope"))
        {
            case "Namespace" when ns is null:
                errors.Required(path.Child("namespace"), "`parameters.scope` is set to 'Namespace'");
                break;
            case "Namespace":
                errors.AddMessages(path.Child("namespace"), ns, NameRules.IsDns1123Label, evenEmpty: true);
                break;
            case "Cluster" when ns is not null:
                errors.Forbidden(path.Child("namespace"), "`parameters.scope` is set to 'Cluster'");
                break;
            case "Cluster":
                break;
            case var other:
                errors.NotOneOf(path.Child("scope"), other, "Cluster", "Namespace");
                break;
        }
    }

    private static string Parameters(JsonObject obj)
    {
        if (obj.Child("spec").Child("parameters") is not { } parameters)
        {
            return Columns.None;
        }

        var group = parameters.Text("apiGroup") is { Length: > 0 } text ? "." + text : "";
        return $"{parameters.Text("kind")}{group}/{parameters.Text("name")}";
    }
}
