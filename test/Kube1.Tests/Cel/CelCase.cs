using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Cel;
using Kube1.Cel.Costs;
using Kube1.Cel.Libraries;
using Kube1.Cel.Libraries.Kubernetes;
using Kube1.Cel.Values;

namespace Kube1.Tests.Cel;

/// <summary>
/// One line of a table of testdata: an expression and what becomes of it.
/// <c>EXPRESSION =&gt; VALUE</c>, or <c>!! ERROR</c> for a failed evaluation, or <c>?? MESSAGE; MESSAGE</c> for one that
/// does not compile. Behind it may stand <c>$COST</c> and <c>~MIN..MAX</c>, the cost and its estimate. Lines
/// <c>let NAME: TYPE = JSON</c> or <c>let NAME: TYPE := EXPRESSION</c> declare variables for the rest of the table.
/// Tables in the folder libraries are of Kubernetes' environment, all others of the language alone.
/// </summary>
internal sealed record CelCase(
    string Table, int Line, string Expression, string Sign, string Expected, ulong? Cost, string? Estimate,
    IReadOnlyList<string> Declarations, bool IsOfKubernetes)
{
    private static readonly CelEnvironment Language = CelEnvironment.Standard
        .With(LanguageLibraries.OptionalTypes, LanguageLibraries.TwoVariableComprehensions);

    private static readonly CelEnvironment Kubernetes = KubernetesEnvironment.Base.With(JsonPatchLibrary.Library)
        .WithVariable("authorizer", AuthorizationLibrary.AuthorizerType);

    public static IEnumerable<CelCase> Read(string path)
    {
        var declarations = new List<string>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.StartsWith("let ", StringComparison.Ordinal))
            {
                declarations.Add(line[4..]);
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                var isOfKubernetes = Path.GetFileName(Path.GetDirectoryName(path)) == "libraries";
                yield return Parse(
                    Path.GetFileNameWithoutExtension(path), number, line, [.. declarations], isOfKubernetes);
            }
        }
    }

    public override string ToString() => $"{Table}:{Line} {Expression}";

    /// <summary>What is wrong, or null.</summary>
    public string? Run()
    {
        var variables = new CelVariables();
        var environment = Language;
        if (IsOfKubernetes)
        {
            environment = Kubernetes;
            variables["authorizer"] = AuthorizationLibrary.Authorizer(new TableAuthorizer("user"));
        }

        foreach (var declaration in Declarations)
        {
            environment = Declare(environment, variables, declaration);
        }

        var compiled = environment.Compile(Expression);
        if (compiled.Program is not { } program)
        {
            var issues = string.Join("; ", compiled.Issues.Select(issue => issue.Message));
            return Difference("??", compiled.ProgramError ?? issues);
        }

        var result = program.Evaluate(variables);
        var shown = result.Succeeded ? CelShown.Of(result.Value) : result.Error!;
        if (Difference(result.Succeeded ? "=>" : "!!", shown) is { } difference)
        {
            return difference;
        }

        if (Cost is not null && Cost != result.Cost)
        {
            return $"costs {result.Cost}";
        }

        var estimate = program.EstimateCost(SizeOf);
        var bounds = $"{estimate.Min}..{(estimate.Max == ulong.MaxValue ? "" : estimate.Max)}";
        return Estimate is null || Estimate == bounds ? null : $"is estimated to cost {bounds}";
    }

    // Sizes as a schema would bound them: strings in variables to 10 characters, lists and maps to 5 entries.
    private static SizeEstimate? SizeOf(CelCostNode node) => node.Path.IsEmpty ? null
        : node.Type.Kind == Kube1.Cel.Types.CelKind.String ? new SizeEstimate(0, 10)
        : node.Type.Kind is Kube1.Cel.Types.CelKind.List or Kube1.Cel.Types.CelKind.Map ? new SizeEstimate(0, 5)
        : null;

    private string? Difference(string sign, string found) =>
        sign == Sign && found == Expected ? null : $"{sign} {found}";

    private static CelEnvironment Declare(CelEnvironment environment, CelVariables variables, string declaration)
    {
        var colon = declaration.IndexOf(':', StringComparison.Ordinal);
        var sign = declaration.IndexOf('=', StringComparison.Ordinal);
        var isExpression = declaration[sign - 1] == ':';
        var name = declaration[..colon];
        var value = declaration[(sign + 1)..].Trim();
        variables[name] = isExpression
            ? environment.Compile(value).Program!.Evaluate(variables).Value
            : JsonViews.Of(JsonNode.Parse(value));
        return environment.WithVariable(name, CelTypeText.Parse(declaration[(colon + 1)..(sign - (isExpression ? 1 : 0))].Trim()));
    }

    private static CelCase Parse(string table, int number, string line, string[] declarations, bool isOfKubernetes)
    {
        var sign = ((string[])["=>", "!!", "??"]).First(s => line.Contains($" {s} ", StringComparison.Ordinal));
        var at = line.LastIndexOf($" {sign} ", StringComparison.Ordinal);
        var rest = line[(at + sign.Length + 2)..];
        string? estimate = null;
        if (rest.LastIndexOf(" ~", StringComparison.Ordinal) is var tilde and >= 0)
        {
            estimate = rest[(tilde + 2)..];
            rest = rest[..tilde];
        }

        ulong? cost = null;
        if (rest.LastIndexOf(" $", StringComparison.Ordinal) is var dollar and >= 0)
        {
            cost = ulong.Parse(rest[(dollar + 2)..], CultureInfo.InvariantCulture);
            rest = rest[..dollar];
        }

        return new CelCase(table, number, line[..at], sign, rest, cost, estimate, declarations, isOfKubernetes);
    }
}
