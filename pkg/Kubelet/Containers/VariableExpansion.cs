using System.Text;

namespace Kube1.Kubelet.Containers;

/// <summary>
/// $(NAME) references in commands, arguments and environment values; "$$" is an escaped dollar, and a reference to an
/// unknown name stays as it is.
/// Source: https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
/// </summary>
internal static class VariableExpansion
{
    public static string Expand(string text, Func<string, string?> lookup)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            i++;
            if (text[i] == '$')
            {
                result.Append('$');
            }
            else if (text[i] == '(' && text.IndexOf(')', i) is var end && end > 0)
            {
                var name = text[(i + 1)..end];
                result.Append(lookup(name) ?? $"$({name})");
                i = end;
            }
            else
            {
                result.Append('$').Append(text[i]);
            }
        }

        return result.ToString();
    }

    /// <summary>As <see cref="Expand"/>, but an unknown name is an error: subPathExpr must not be half resolved.</summary>
    public static string ExpandStrict(string text, Func<string, string?> lookup) => Expand(
        text, name => lookup(name) ?? throw new ContainerConfigException($"missing value for \"{name}\""));
}
