using Kube1.Api;
using Kube1.Api.Models;
using Kube1.ApiServer.Admission.Quotas;

namespace Kube1.ApiServer.Admission.Configuration;

/// <summary>ResourceQuotaConfiguration: what may only be used where a quota allows it.</summary>
internal static class QuotaConfiguration
{
    /// <summary>What the file says.</summary>
    public static IReadOnlyList<LimitedResource> Read(ConfigurationObject file)
    {
        if (file.Text("kind") == "Configuration")
        {
            file.Require("Configuration", "resourcequota.admission.k8s.io/v1beta1", "resourcequota.admission.k8s.io/v1alpha1");
        }
        else
        {
            file.Require("ResourceQuotaConfiguration", "apiserver.config.k8s.io/v1");
        }

        file.AllowOnly("limitedResources");
        return [.. file.Items("limitedResources").Select(One)];
    }

    private static LimitedResource One(ConfigurationObject item)
    {
        item.AllowOnly("apiGroup", "resource", "matchContains", "matchScopes");
        return new LimitedResource(
            new GroupResource(item.Text("apiGroup"), item.Text("resource")), item.Texts("matchContains"),
            [
                .. item.Items("matchScopes").Select(scope =>
                {
                    scope.AllowOnly("scopeName", "operator", "values");
                    return new V1ScopedResourceSelectorRequirement
                    {
                        ScopeName = scope.Text("scopeName"), Operator = scope.Text("operator"), Values = scope.Texts("values"),
                    };
                }),
            ]);
    }
}
